import { type Limit, coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import type { Platform } from '../core/platform/platform.ts';
import { NO_POLICY, type RulePolicy } from './rule-policy.ts';

/** What calls are checked against; made once for all calls. */
export interface PlatformLimits {
  readonly platform: Platform;
  readonly coherent: Limit;
  readonly streaming: Limit;
  /** What the user wants of each rule. */
  readonly policy: RulePolicy;
}

export function limitsOf(platform: Platform, policy: RulePolicy = NO_POLICY): PlatformLimits {
  return { platform, coherent: coherentLimit(platform), streaming: streamingLimit(platform), policy };
}
