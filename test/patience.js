// Many tests start programs. A machine that is busy with other things starts them slowly; the five seconds of Jest are for code that does not.
jest.setTimeout(120_000);
