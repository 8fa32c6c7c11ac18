package flinkonspot;

import java.math.BigDecimal;

/** Highest price of one ticker in one window. */
public class WindowMaximum {
    public String ticker;
    /** Milliseconds since 1970, inclusive. */
    public long windowStart;
    /** Milliseconds since 1970, exclusive. */
    public long windowEnd;
    public long maxPriceCents;
    public long ticks;

    public WindowMaximum() {}

    public WindowMaximum(String ticker, long windowStart, long windowEnd, long maxPriceCents, long ticks) {
        this.ticker = ticker;
        this.windowStart = windowStart;
        this.windowEnd = windowEnd;
        this.maxPriceCents = maxPriceCents;
        this.ticks = ticks;
    }

    /** One line of the result. */
    public String toJson() {
        return "{\"TICKER\":" + Json.text(ticker)
                + ",\"WINDOW_START\":" + Json.time(windowStart)
                + ",\"WINDOW_END\":" + Json.time(windowEnd)
                + ",\"MAX_PRICE\":" + BigDecimal.valueOf(maxPriceCents, 2).toPlainString()
                + ",\"TICKS\":" + ticks + "}";
    }
}
