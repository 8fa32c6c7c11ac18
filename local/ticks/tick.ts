import { randomInt, randomUUID } from 'node:crypto';

/** One price of one ticker: a record of the stream. */
export interface Tick {
  /** ISO 8601 with milliseconds, UTC. */
  readonly EVENT_TIME: string;
  readonly TICKER: string;
  /** 500 to 1000, two decimals. */
  readonly PRICE: number;
  /** UUID. */
  readonly ID: string;
}

/** The tickers that there are. */
export const TICKERS = ['ABCD', 'CDEF', 'IJKL', 'MNOP', 'QRST'];

/** A tick of now, with a ticker and a price by chance. */
export function randomTick(now: Date): Tick {
  return {
    EVENT_TIME: now.toISOString(),
    TICKER: TICKERS[randomInt(TICKERS.length)],
    PRICE: randomInt(50_000, 100_001) / 100,
    ID: randomUUID(),
  };
}
