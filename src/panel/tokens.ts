/** The theme's colours and fonts as a canvas needs them; read once a theme, from the same custom properties as the style sheet. */
export interface Tokens {
  readonly bg: string;
  readonly fg: string;
  readonly dim: string;
  readonly grid: string;
  readonly mid: string;
  readonly accent: string;
  readonly fail: string;
  readonly free: string;
  /** Shades of the four classes of mappings: lightness. */
  readonly shades: readonly [string, string, string, string];
  /** The same with texture: plain, diagonal, plain, split. */
  readonly fills: readonly [Fill, Fill, Fill, Fill];
  /** What is there but is not RAM; and what lies beyond a mask. */
  readonly hatch: Fill;
  readonly veil: Fill;
  readonly highContrast: boolean;
  readonly font: string;
  readonly mono: string;
}

type Fill = string | CanvasPattern;

/** Reads the tokens of the page as it is now. */
export function readTokens(): Tokens {
  const probe = document.createElement('span');
  probe.className = 'probe';
  document.body.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const shades = [colour('u0'), colour('u1'), colour('u2'), colour('u3')] as const;
  const plain = {
    bg: colour('bg'), fg: colour('fg'), dim: colour('dim'), grid: colour('grid'), mid: colour('mid'),
    accent: colour('accent'), fail: colour('fail'), free: colour('free'),
  };
  probe.style.fontFamily = 'var(--mono)';
  const mono = getComputedStyle(probe).fontFamily;
  probe.remove();
  const highContrast = /high-contrast/.test(document.body.className) || matchMedia('(forced-colors: active)').matches;
  return {
    ...plain,
    shades,
    fills: [
      shades[0],
      diagonal(shades[1], plain.bg, highContrast ? 1 : 0.55, 6) ?? shades[1],
      shades[2],
      split(shades[3], plain.bg) ?? shades[3],
    ],
    hatch: diagonal('transparent', plain.mid, 1, 5) ?? plain.mid,
    veil: diagonal('transparent', plain.mid, highContrast ? 0.9 : 0.55, 8) ?? plain.mid,
    highContrast,
    font: getComputedStyle(document.body).fontFamily,
    mono,
  };
}

function pattern(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): CanvasPattern | undefined {
  const tile = document.createElement('canvas');
  tile.width = width;
  tile.height = height;
  const context = tile.getContext('2d');
  if (!context) return undefined;
  draw(context);
  return context.createPattern(tile, 'repeat') ?? undefined;
}

function diagonal(ground: string, line: string, strength: number, period: number): CanvasPattern | undefined {
  return pattern(period, period, (context) => {
    context.fillStyle = ground;
    context.fillRect(0, 0, period, period);
    context.globalAlpha = strength;
    context.fillStyle = line;
    for (let step = 0; step < period; step++) context.fillRect(step, period - 1 - step, 1, 1);
  });
}

function split(ground: string, line: string): CanvasPattern | undefined {
  return pattern(8, 8, (context) => {
    context.fillStyle = ground;
    context.fillRect(0, 0, 8, 8);
    context.fillStyle = line;
    context.fillRect(0, 3, 8, 2);
  });
}

/** Calls `run` when VS Code changes the theme: it sets variables on `html` and a class on `body`. */
export function onThemeChange(run: () => void): () => void {
  const observer = new MutationObserver(run);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  const forced = matchMedia('(forced-colors: active)');
  forced.addEventListener('change', run);
  return () => {
    observer.disconnect();
    forced.removeEventListener('change', run);
  };
}
