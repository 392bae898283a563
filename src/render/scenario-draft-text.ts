import type { DraftStep, ScenarioDraft } from '../rules/scenario-draft.ts';

/** A draft as the text of a `*.dma.json`: JSON with comments, a step a line, what is left out as a comment at its place. */
export function scenarioDraftText({ name, description, platform, devices, steps, remarks }: ScenarioDraft): string {
  const last = steps.findLastIndex((step) => !isLeftOut(step));
  const lines = [
    '{',
    `  "name": ${JSON.stringify(name)},`,
    `  "description": ${JSON.stringify(description)},`,
    ...comments(remarks?.platform, '  '),
    ...(platform === undefined ? [] : [`  "platform": ${oneLine(platform)},`]),
    ...comments(remarks?.devices, '  '),
    '  "devices": {',
    ...Object.entries(devices).map(([device, options], at, all) => `    ${JSON.stringify(device)}: ${oneLine(options)}${at < all.length - 1 ? ',' : ''}`),
    '  },',
    '  "steps": [',
    ...steps.flatMap((step, at) => (isLeftOut(step) ? comments([step.leftOut], '    ') : [`    ${oneLine(step)}${at < last ? ',' : ''}`])),
    '  ]',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function isLeftOut(step: DraftStep): step is { readonly leftOut: string } {
  return 'leftOut' in step;
}

function comments(sentences: readonly string[] | undefined, indent: string): string[] {
  return (sentences ?? []).map((sentence) => `${indent}// ${sentence.replace(/\s+/g, ' ').trim()}`);
}

/** JSON on one line, with a space where people put one. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
