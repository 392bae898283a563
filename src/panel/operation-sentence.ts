import { groupDigits } from '../core/units/bytes.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { isRefused, operationText, stepOfOperation } from './open-recording.ts';
import type { OpenRecording } from './open-recording.ts';

/** What the last operation before a position was, as one sentence. */
export function operationSentence(recording: OpenRecording, position: number): string {
  if (position === 0) return text.beforeFirst;
  return `${operationHead(recording, position)} ${operationText(recording, position - 1)}`;
}

/** `Step 2, operation 1,234 refused.` */
export function operationHead(recording: OpenRecording, position: number): string {
  const step = stepOfOperation(recording, position - 1) ?? 0;
  return fill(isRefused(recording, position - 1) ? text.operationRefused : text.operationDone, groupDigits(step), groupDigits(position));
}
