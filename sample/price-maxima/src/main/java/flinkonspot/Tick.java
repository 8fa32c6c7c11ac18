package flinkonspot;

/** One price. A plain Flink POJO, so that its state can evolve. */
public class Tick {
    /** Milliseconds since 1970. */
    public long eventTime;
    public String ticker;
    /** In hundredths, so that maxima are exact. */
    public long priceCents;

    public Tick() {}

    public Tick(long eventTime, String ticker, long priceCents) {
        this.eventTime = eventTime;
        this.ticker = ticker;
        this.priceCents = priceCents;
    }
}
