package flinkonspot;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Keeps two numbers a window instead of its ticks: the highest price and how many there were. */
class HighestPrice implements AggregateFunction<Tick, HighestPrice.Accumulator, HighestPrice.Accumulator> {
    /** A plain Flink POJO. */
    public static class Accumulator {
        public long maxPriceCents = Long.MIN_VALUE;
        public long ticks;
    }

    @Override
    public Accumulator createAccumulator() {
        return new Accumulator();
    }

    @Override
    public Accumulator add(Tick tick, Accumulator accumulator) {
        accumulator.maxPriceCents = Math.max(accumulator.maxPriceCents, tick.priceCents);
        accumulator.ticks++;
        return accumulator;
    }

    @Override
    public Accumulator getResult(Accumulator accumulator) {
        return accumulator;
    }

    @Override
    public Accumulator merge(Accumulator a, Accumulator b) {
        a.maxPriceCents = Math.max(a.maxPriceCents, b.maxPriceCents);
        a.ticks += b.ticks;
        return a;
    }
}
