import { COMMANDS, INTERNAL_COMMANDS, type RuleId } from '../ids.ts';

/** Where the links of a text lead that an editor shows. */
export interface EditorLinks {
  /** To a place in a file; undefined where the path is no URI. Line and column count from 1. */
  readonly place: (uri: string, line: number, column: number) => string | undefined;
  /** To the page of a rule; undefined in an editor that has no way to it. */
  readonly rule: (rule: RuleId) => string | undefined;
  /** To the explanation of a call of the document; undefined in an editor without the panel. */
  readonly explain: (line: number, column: number) => string | undefined;
}

/**
 * @param uri the document that the links stand in
 * @param commands whether the client has the extension's own commands
 */
export function editorLinks(uri: string, commands: boolean): EditorLinks {
  return {
    place(target, line, column) {
      if (!/^[a-z][\w+.-]+:/i.test(target)) return undefined;
      // An editor follows links to plain files by itself; to any other kind only the client knows the way.
      if (!commands || target.startsWith('file:')) return `${escapeLink(target)}#L${line},${column}`;
      return commandLink(INTERNAL_COMMANDS.openEvidence, [target, line, column]);
    },
    rule: (rule) => (commands ? commandLink(INTERNAL_COMMANDS.openRule, [rule]) : undefined),
    explain: (line, column) => (commands ? commandLink(COMMANDS.explainCall, [uri, line, column]) : undefined),
  };
}

function commandLink(command: string, args: readonly unknown[]): string {
  return `command:${command}?${escapeLink(encodeURIComponent(JSON.stringify(args)))}`;
}

/** Brackets end a link in Markdown. */
function escapeLink(text: string): string {
  return text.replaceAll('(', '%28').replaceAll(')', '%29');
}
