import { operatorKind } from './quick-tokens.ts';

/** Kinds of the tokens that the quick function parser asks for one by one. */
export const OPEN = operatorKind('(');
export const CLOSE = operatorKind(')');
export const OPEN_BRACE = operatorKind('{');
export const CLOSE_BRACE = operatorKind('}');
export const OPEN_SQUARE = operatorKind('[');
export const CLOSE_SQUARE = operatorKind(']');
export const COMMA = operatorKind(',');
export const SEMICOLON = operatorKind(';');
export const COLON = operatorKind(':');
export const QUESTION = operatorKind('?');
export const ASSIGN = operatorKind('=');
export const STAR = operatorKind('*');
export const AND = operatorKind('&');
export const PLUS = operatorKind('+');
export const MINUS = operatorKind('-');
export const DOT = operatorKind('.');
export const ARROW = operatorKind('->');
export const ELLIPSIS = operatorKind('...');
export const INCREMENT = operatorKind('++');
export const DECREMENT = operatorKind('--');
export const NOT = operatorKind('!');
export const BOTH = operatorKind('&&');
export const COMPLEMENT = operatorKind('~');
