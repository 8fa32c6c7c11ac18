// docs/profiles.md from the code. Plain JavaScript, so that the tool and the test share it.

/**
 * @param profiles by name: the values of each line, key to value and reason
 * @param lines names of the lines, the newest last
 */
function profilesPage(profiles) {
  return [
    '# Profiles',
    '',
    'Made from the code by `npm run pages`; do not edit. A profile gives the options that neither a prop nor `properties` sets:',
    '`flink: { profile: FlinkProfile.plain() }`. The figures of the Spot profile are a start, to be fixed by measurement.',
    ...profiles.flatMap(({ name, title, lines }) => {
      const newest = lines.at(-1);
      const others = lines.slice(0, -1);
      return [
        '',
        `## ${title}`,
        '',
        `\`FlinkProfile.${name}()\`, here for Flink ${newest.line}:`,
        '',
        '| Option | Value | Why |',
        '| --- | --- | --- |',
        ...rows(newest.values).map(([key, { value, reason }]) => `| \`${key}\` | ${shown(value)} | ${reason} |`),
        ...others.flatMap((other) => difference(newest, other)),
      ];
    }),
    '',
  ].join('\n');
}

function rows(values) {
  return Object.entries(values);
}

/** A long value is named, not shown. */
function shown(value) {
  return value.length > 60 ? `${value.split(' ').length} options` : `\`${value}\``;
}

/** What a line has that the newest has not, and the reverse. */
function difference(newest, other) {
  const only = (a, b) => Object.keys(a.values).filter((key) => !(key in b.values));
  const [gone, own] = [only(newest, other), only(other, newest)];
  if (gone.length + own.length === 0) return [];
  const names = (keys) => keys.map((key) => `\`${key}\``).join(', ');
  const instead = own.length > 0 ? `; in their place ${own.map((key) => `\`${key}\` = ${shown(other.values[key].value)}`).join(', ')}` : '';
  return ['', `Flink ${other.line} has no ${names(gone)}${instead}.`];
}

module.exports = { profilesPage };
