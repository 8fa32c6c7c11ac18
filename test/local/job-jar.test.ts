import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationTemplate } from '../../local/application-template';
import { requireEntryClass } from '../../local/job-jar';

const folder = mkdtempSync(join(tmpdir(), 'job-jar-'));
const jar = join(folder, 'job.jar');
mkdirSync(join(folder, 'com', 'example'), { recursive: true });
writeFileSync(join(folder, 'com', 'example', 'Prices.class'), 'x'.repeat(10_000));
// Python's zipfile compresses as Java's own tool does.
const zip = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED); z.write(sys.argv[2], 'com/example/Prices.class'); z.close()`;
expect(spawnSync('python3', ['-c', zip, jar, join(folder, 'com', 'example', 'Prices.class')]).status).toBe(0);

const starting = (entryClass: string): ApplicationTemplate =>
  ({
    name: 'prices',
    jobManagerArguments: ['standalone-job', '--job-classname', entryClass, '--window', '10s'],
  }) as unknown as ApplicationTemplate;

test('a jar without the entry class is refused before anything is started', () => {
  expect(() => requireEntryClass(jar, starting('com.example.Price'))).toThrow(
    /has no class com\.example\.Price, which the template of 'prices' starts: give the shaded jar of this job, or correct entryClass/,
  );
});

test('a file that only ends like a jar is refused', () => {
  const text = join(folder, 'text.jar');
  writeFileSync(text, 'com/example/Prices.class');
  expect(() => requireEntryClass(text, starting('com.example.Prices'))).toThrow(/is no jar/);
});

test('a jar with the entry class passes', () => {
  expect(() => requireEntryClass(jar, starting('com.example.Prices'))).not.toThrow();
});
