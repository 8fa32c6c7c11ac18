// Writes lib/capacity/data/instance-types.json from Karpenter's reference page of instance types (Apache-2.0), which is generated
// from the EC2 API: website/content/en/docs/reference/instance-types.md of aws/karpenter-provider-aws.
// Usage: node tools/instance-types/run.mjs PAGE.md REVISION DATE   (revision and date of the page's last commit)
import { readFileSync, writeFileSync } from 'node:fs';

const [page, revision, date] = process.argv.slice(2);
if (!page || !revision || !date) {
  console.error('usage: node tools/instance-types/run.mjs PAGE.md REVISION DATE');
  process.exit(1);
}

const types = readFileSync(page, 'utf8')
  .split(/^### `/m)
  .slice(1)
  .map(toRow)
  .sort((a, b) => (a.type < b.type ? -1 : 1));

const rows = types.map(({ type, row }) => `  ${JSON.stringify(type)}: ${JSON.stringify(row)}`).join(',\n');
const columns = ['vcpu', 'memoryMib', 'arm64', 'generation', 'flex', 'accelerators', 'networkMbps', 'pods', 'nvmeGib', 'allocatableMillicpu', 'allocatableMib'];
const header = `"source": "aws/karpenter-provider-aws website/content/en/docs/reference/instance-types.md", "revision": "${revision}", "date": "${date}"`;
writeFileSync('lib/capacity/data/instance-types.json', `{${header},\n"columns": ${JSON.stringify(columns)},\n"types": {\n${rows}\n}}\n`);
console.log(`${types.length} instance types of ${date}`);

function toRow(section) {
  const type = section.slice(0, section.indexOf('`'));
  const value = (name) => new RegExp(`^ \\|${name.replaceAll('.', '\\.')}\\|([^|]*)\\|`, 'm').exec(section)?.[1];
  const label = (name) => value(`karpenter.k8s.aws/instance-${name}`);
  const number = (text) => Number(text ?? 0);
  const accelerators = number(label('gpu-count')) + number(label('accelerator-count'));
  return {
    type,
    row: [
      number(label('cpu')),
      number(label('memory')),
      value('kubernetes.io/arch') === 'arm64' ? 1 : 0,
      number(label('generation')),
      label('capability-flex') === 'true' ? 1 : 0,
      accelerators,
      number(label('network-bandwidth')),
      number(value('pods')),
      number(label('local-nvme')),
      number(value('cpu').replace('m', '')),
      number(value('memory').replace('Mi', '')),
    ],
  };
}
