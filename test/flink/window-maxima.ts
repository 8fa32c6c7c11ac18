/** One result of the job. Times in milliseconds since 1970, price in hundredths. */
export interface WindowMaximum {
  readonly ticker: string;
  readonly start: number;
  readonly end: number;
  readonly cents: number;
  readonly ticks: number;
}

/** A known tick. */
export interface KnownTick {
  readonly time: number;
  readonly ticker: string;
  readonly cents: number;
  readonly id: number;
}

const WINDOW = 10_000;
const SLIDE = 5_000;
const TICKERS = ['ABCD', 'CDEF', 'IJKL', 'MNOP', 'QRST'];

/**
 * Tick i as the sample's README defines it for `--source generator`, written down here again: ticker i mod 5, price
 * 500.00 + (i * 7919 mod 50001) hundredths, time start + i * spacing.
 */
export function knownTick(i: number, start: number, spacing: number): KnownTick {
  return { id: i, time: start + i * spacing, ticker: TICKERS[i % 5], cents: 50_000 + ((i * 7919) % 50_001) };
}

/** The maxima of all windows that hold a tick: by going through every window, not every tick, as the job does. */
export function expectedMaxima(ticks: KnownTick[]): WindowMaximum[] {
  const times = ticks.map((tick) => tick.time);
  const first = Math.floor(Math.min(...times) / SLIDE) * SLIDE - WINDOW;
  const maxima: WindowMaximum[] = [];
  for (let start = first; start <= Math.max(...times); start += SLIDE) {
    for (const ticker of TICKERS) {
      const inside = ticks.filter((tick) => tick.ticker === ticker && tick.time >= start && tick.time < start + WINDOW);
      if (inside.length === 0) continue;
      maxima.push({ ticker, start, end: start + WINDOW, cents: Math.max(...inside.map((tick) => tick.cents)), ticks: inside.length });
    }
  }
  return sorted(maxima);
}

/** In the order of windows and tickers. Doubles stay. */
export function sorted(maxima: WindowMaximum[]): WindowMaximum[] {
  return [...maxima].sort((a, b) => a.start - b.start || a.ticker.localeCompare(b.ticker) || a.cents - b.cents || a.ticks - b.ticks);
}

/** A line that the job wrote. */
export function maximumOf(line: string): WindowMaximum {
  const { TICKER, WINDOW_START, WINDOW_END, MAX_PRICE, TICKS, ...more } = JSON.parse(line);
  if (Object.keys(more).length > 0) throw new Error(`more than expected in a result: ${line}`);
  return { ticker: TICKER, start: Date.parse(WINDOW_START), end: Date.parse(WINDOW_END), cents: Math.round(MAX_PRICE * 100), ticks: TICKS };
}
