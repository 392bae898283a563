import { type PlanProgress, planSteps } from '../core/scenario/plan-buffer.ts';
import type { Platform } from '../core/platform/platform.ts';
import type { PlanRequest, Report } from '../protocol/server-requests.ts';
import { planCsv, planJson, planMarkdown, requestText } from '../render/plan-report.ts';
import { inSlices } from './in-slices.ts';

/** A plan in every form in which it is shown and kept. @throws ResponseError once it is cancelled */
export async function planReport(request: PlanRequest, platform: Platform, isCancelled: () => boolean, report: (progress: PlanProgress) => void): Promise<Report> {
  const plan = await inSlices(planSteps(platform, request), isCancelled, report);
  const ways = plan.rows.filter(({ verdict }) => verdict === 'works').length;
  return {
    summary: `${requestText(plan)}: ${ways === 0 ? 'no way' : ways === 1 ? 'one way' : `${ways} ways`} of ${plan.rows.length} on ${platform.label}`,
    markdown: planMarkdown(plan), csv: planCsv(plan), json: `${JSON.stringify(planJson(plan), null, 2)}\n`, cancelled: false,
  };
}
