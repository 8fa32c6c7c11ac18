import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

// DESIGN 5 as errors. The rule "who may import whom" is also held by test/house-rules.test.ts.
const limits = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 40, skipComments: true }],
  'max-len': ['error', { code: 160, ignoreUrls: true, ignoreTemplateLiterals: true, ignoreStrings: true }],
  eqeqeq: 'error',
  'no-console': 'off',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  'import-x/no-cycle': 'error',
  'import-x/no-duplicates': 'error',
  'import-x/order': ['error', { groups: [['builtin', 'external'], 'parent', 'sibling', 'index'] }],
};

const noPods = { group: ['cdk8s', 'cdk8s-plus-28'], message: 'this file draws AWS resources: pods are drawn in runtime/' };
const noAws = { group: ['aws-cdk-lib', 'aws-cdk-lib/*'], message: 'this file draws pods or is a pure value: no aws-cdk-lib' };

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'cdk.out/', '.local/', 'sample/', 'coverage/'] },
  {
    files: ['lib/**/*.ts', 'bin/**/*.ts', 'local/**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.test.json' })] },
    rules: limits,
  },
  {
    files: ['lib/runtime/standalone/*.ts'],
    ignores: ['**/*-runtime.ts', '**/*-scaling.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noAws] }] },
  },
  {
    files: ['lib/{capacity,platform,state,stream,identity}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noPods] }] },
  },
  {
    files: ['test/**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/no-explicit-any': 'off', '@typescript-eslint/no-floating-promises': 'error', 'max-lines': ['error', { max: 400 }] },
  },
);
