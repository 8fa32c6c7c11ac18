// What jest compiles sources with while `node tools/mutate-facts.mjs` runs: ts-jest, after one constant of one file has been changed.
const { join } = require('node:path');
const { default: tsJest } = require('ts-jest');

const { file, start, end, to } = JSON.parse(process.env.MUTANT);
const target = join(__dirname, '..', '..', file);
const changed = (source, path) => (path === target ? source.slice(0, start) + to + source.slice(end) : source);

module.exports = {
  createTransformer(config) {
    const inner = tsJest.createTransformer(config);
    return {
      process: (source, path, options) => inner.process(changed(source, path), path, options),
      getCacheKey: (source, path, options) => inner.getCacheKey(changed(source, path), path, options),
    };
  },
};
