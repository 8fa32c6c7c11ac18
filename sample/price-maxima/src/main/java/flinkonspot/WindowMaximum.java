package flinkonspot;

import java.math.BigDecimal;
import java.time.Instant;

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

    /** One line of the result. Tickers are letters, so nothing needs escaping but quotes and backslashes. */
    public String toJson() {
        String name = ticker.replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"TICKER\":\"" + name + "\",\"WINDOW_START\":\"" + Instant.ofEpochMilli(windowStart)
                + "\",\"WINDOW_END\":\"" + Instant.ofEpochMilli(windowEnd)
                + "\",\"MAX_PRICE\":" + BigDecimal.valueOf(maxPriceCents, 2) + ",\"TICKS\":" + ticks + "}";
    }
}
