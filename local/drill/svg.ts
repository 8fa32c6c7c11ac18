/** Text of an SVG picture: system fonts, a white ground, and colours that can be told apart without seeing red and green. */
export class Svg {
  private readonly parts: string[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** A line of text; `anchor` is `start`, `middle` or `end`. */
  public text(x: number, y: number, text: string, { size = 13, anchor = 'start', bold = false, colour = '#222' } = {}): this {
    const weight = bold ? ' font-weight="600"' : '';
    this.parts.push(
      `<text x="${n(x)}" y="${n(y)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${weight}>${escape(text)}</text>`,
    );
    return this;
  }

  /** A filled rectangle. */
  public rectangle(x: number, y: number, width: number, height: number, colour: string): this {
    this.parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(width, 0))}" height="${n(height)}" fill="${colour}"/>`);
    return this;
  }

  /** A straight line. */
  public line(x1: number, y1: number, x2: number, y2: number, colour: string, { width = 1, dash = '' } = {}): this {
    const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
    this.parts.push(`<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${colour}" stroke-width="${width}"${dashes}/>`);
    return this;
  }

  /** A line through points. */
  public path(points: [x: number, y: number][], colour: string, width = 2.5): this {
    const all = points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ');
    this.parts.push(`<polyline points="${all}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"/>`);
    return this;
  }

  /** The picture. */
  public toString(): string {
    const { width, height } = this;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
      `<rect width="${width}" height="${height}" fill="#fff"/>`,
      ...this.parts,
      '</svg>',
      '',
    ].join('\n');
  }
}

/** Colours of the configurations. Source: Okabe and Ito, Color Universal Design. */
export const COLOURS: Record<string, string> = {
  tutorial: '#D55E00',
  defaults: '#E69F00',
  reactive: '#56B4E9',
  fixed: '#0072B2',
};

function n(number: number): string {
  return String(Math.round(number * 10) / 10);
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
