// An index that loads a module when one of its names is first used, as aws-cdk-lib's own do: an app pays for the rooms it enters. What is
// exported, and whether by name or by star, is read from the source; which names are values (not types), from the compiled module.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const EXPORT = /export (?:\*|\{([^}]*)\}) from '([^']+)';/g;

/**
 * @param source an index.ts that holds nothing but `export … from`
 * @param compiled where its index.js is written
 */
export function writeLazyIndex(source, compiled) {
  const text = readFileSync(source, 'utf8');
  const rest = text.replace(EXPORT, '').replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  if (rest.trim() !== '')
    throw new Error(`${source} holds more than exports from other modules, so it cannot be loaded by and by: ${rest.trim()}`);
  const values = [...text.matchAll(EXPORT)].flatMap(([, names, module]) => {
    const loaded = createRequire(resolve(compiled))(join(dirname(resolve(compiled)), module));
    const asked = names === undefined ? Object.keys(loaded) : names.split(',').map((name) => name.trim());
    return asked.filter((name) => name in loaded).map((name) => ({ name, module }));
  });
  writeFileSync(
    compiled,
    [
      '"use strict";',
      'Object.defineProperty(exports, "__esModule", { value: true });',
      // Read by Node when an ES module imports names from here; it runs nothing. A getter that Node recognizes would hide its name again.
      ...values.map(({ name }) => `exports.${name} = void 0;`),
      'const lazy = (name, load) => Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => load()[name] });',
      ...values.map(({ name, module }) => `lazy("${name}", () => require("${module}"));`),
      '',
    ].join('\n'),
  );
}
