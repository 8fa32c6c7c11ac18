// `npm run pages`: writes the pages that are made from the code. A test holds that they are up to date.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { checksPage } = require('./checks-page.cjs');
const { profilesPage } = require('./profiles-page.cjs');
const { CONFIGURATION_CHECKS, FlinkProfile, FlinkVersion } = require('../../dist/lib/configuration/index.js');

const lines = (profile) =>
  FlinkVersion.all.map((version) => ({ line: version.line, values: profile.valuesFor(version) }));
const profiles = [
  { name: 'spot', title: 'Spot, the default', lines: lines(FlinkProfile.spot()) },
  { name: 'plain', title: 'Plain', lines: lines(FlinkProfile.plain()) },
];
writeFileSync('docs/checks.md', checksPage(CONFIGURATION_CHECKS, 'lib'));
writeFileSync('docs/profiles.md', profilesPage(profiles));
