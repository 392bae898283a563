import { MOST_SOFT_JOINED } from '../messages.ts';

/** How many lines behind one that holds a key may belong to it, and one more that tells whether the last of them was cut. */
export const LINES_BEHIND = MOST_SOFT_JOINED + 1;
