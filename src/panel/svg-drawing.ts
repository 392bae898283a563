import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';

interface State {
  fill: string;
  stroke: string;
  lineWidth: number;
  alpha: number;
  dash: readonly number[];
  x: number;
  y: number;
  clip: number | undefined;
}

/** Writes what is drawn as SVG: the same functions draw on a canvas and here. Paints are colours, or `url(#…)` of {@link svgTokens}. */
export class SvgDrawing implements Drawing {
  font = '11px sans-serif';
  textAlign: CanvasTextAlign = 'left';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  imageSmoothingEnabled = false;
  readonly #measure: CanvasRenderingContext2D | undefined;
  readonly #out: string[] = [];
  readonly #saved: State[] = [];
  #state: State = { fill: '#000', stroke: '#000', lineWidth: 1, alpha: 1, dash: [], x: 0, y: 0, clip: undefined };
  #path = '';
  #clips = 0;

  constructor() {
    this.#measure = document.createElement('canvas').getContext('2d') ?? undefined;
  }

  get fillStyle(): string { return this.#state.fill; }
  set fillStyle(paint: string | CanvasGradient | CanvasPattern) { this.#state.fill = typeof paint === 'string' ? paint : 'none'; }
  get strokeStyle(): string { return this.#state.stroke; }
  set strokeStyle(paint: string | CanvasGradient | CanvasPattern) { this.#state.stroke = typeof paint === 'string' ? paint : 'none'; }
  get lineWidth(): number { return this.#state.lineWidth; }
  set lineWidth(width: number) { this.#state.lineWidth = width; }
  get globalAlpha(): number { return this.#state.alpha; }
  set globalAlpha(alpha: number) { this.#state.alpha = alpha; }

  save(): void { this.#saved.push({ ...this.#state }); }
  restore(): void { this.#state = this.#saved.pop() ?? this.#state; }
  translate(x: number, y: number): void {
    this.#state.x += x;
    this.#state.y += y;
  }

  setLineDash(dash: number[]): void { this.#state.dash = dash; }
  beginPath(): void { this.#path = ''; }
  moveTo(x: number, y: number): void { this.#path += `M${this.#at(x, y)}`; }
  lineTo(x: number, y: number): void { this.#path += `L${this.#at(x, y)}`; }
  closePath(): void { this.#path += 'Z'; }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${this.#at(x, y)}L${this.#at(x + width, y)}L${this.#at(x + width, y + height)}L${this.#at(x, y + height)}Z`;
  }

  fill(): void { this.#write(`<path d="${this.#path}" fill="${this.#state.fill}"`); }
  stroke(): void { this.#write(`<path d="${this.#path}" fill="none"${this.#line()}`); }

  clip(): void {
    this.#state.clip = ++this.#clips;
    this.#out.push(`<clipPath id="clip${this.#clips}"><path d="${this.#path}"/></clipPath>`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width > 0 && height > 0) this.#write(`<rect${this.#box(x, y, width, height)} fill="${this.#state.fill}"`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#write(`<rect${this.#box(x, y, width, height)} fill="none"${this.#line()}`);
  }

  fillText(text: string, x: number, y: number): void {
    const anchor = { right: 'end', end: 'end', center: 'middle', left: 'start', start: 'start' }[this.textAlign];
    const [, weight = '', size = '11', family = ''] = /^(\d+ )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    this.#write(
      `<text x="${round(this.#state.x + x)}" y="${round(this.#state.y + y)}" fill="${this.#state.fill}" font-size="${size}" font-family="${escapeXml(family)}"${weight ? ` font-weight="${weight.trim()}"` : ''} text-anchor="${anchor}" dominant-baseline="central"`,
      escapeXml(text), 'text',
    );
  }

  measureText(text: string): TextMetrics {
    if (!this.#measure) throw new Error('this page has no canvas to measure texts with');
    this.#measure.font = this.font;
    return this.#measure.measureText(text);
  }

  drawImage(image: CanvasImageSource, ...box: number[]): void {
    const [fromX = 0, fromY = 0, fromWidth = 0, fromHeight = 0, x = 0, y = 0, width = 0, height = 0] = box;
    const part = document.createElement('canvas');
    part.width = fromWidth;
    part.height = fromHeight;
    part.getContext('2d')?.drawImage(image, fromX, fromY, fromWidth, fromHeight, 0, 0, fromWidth, fromHeight);
    this.#write(`<image${this.#box(x, y, width, height)} preserveAspectRatio="none" image-rendering="pixelated" href="${part.toDataURL()}"`);
  }

  /** The document. @param patterns definitions of what paints name */
  document(width: number, height: number, title: string, patterns: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">\n<title>${escapeXml(title)}</title>\n<defs>${patterns}</defs>\n${this.#out.join('\n')}\n</svg>\n`;
  }

  #write(open: string, content?: string, name?: string): void {
    const { alpha, clip } = this.#state;
    const more = `${alpha === 1 ? '' : ` opacity="${alpha}"`}${clip === undefined ? '' : ` clip-path="url(#clip${clip})"`}`;
    this.#out.push(content === undefined ? `${open}${more}/>` : `${open}${more}>${content}</${name ?? ''}>`);
  }

  #line(): string {
    const { stroke, lineWidth, dash } = this.#state;
    return ` stroke="${stroke}" stroke-width="${lineWidth}"${dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''}`;
  }

  #box(x: number, y: number, width: number, height: number): string {
    return ` x="${round(this.#state.x + x)}" y="${round(this.#state.y + y)}" width="${round(width)}" height="${round(height)}"`;
  }

  #at(x: number, y: number): string {
    return `${round(this.#state.x + x)} ${round(this.#state.y + y)}`;
  }
}

/** The theme's tokens with textures as paints of an SVG document, and the definitions of these. */
export function svgTokens(tokens: Tokens): { readonly tokens: Tokens; readonly patterns: string } {
  const { shades, bg, mid } = tokens;
  const lines = (id: string, ground: string, line: string, opacity: number, period: number): string =>
    `<pattern id="${id}" width="${period}" height="${period}" patternUnits="userSpaceOnUse"><rect width="${period}" height="${period}" fill="${ground}"/><path d="M0 ${period}L${period} 0" stroke="${line}" stroke-opacity="${opacity}"/></pattern>`;
  const strength = tokens.highContrast ? 1 : 0.55;
  return {
    tokens: { ...tokens, fills: [shades[0], 'url(#diagonal)', shades[2], 'url(#split)'], hatch: 'url(#hatch)', veil: 'url(#veil)' },
    patterns: [
      lines('diagonal', shades[1], bg, strength, 6),
      `<pattern id="split" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${shades[3]}"/><rect y="3" width="8" height="2" fill="${bg}"/></pattern>`,
      lines('hatch', 'none', mid, 1, 5), lines('veil', 'none', mid, strength, 8),
    ].join(''),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
