import type * as vscode from 'vscode';

/** What became of one test of a run. */
export interface ReportedTest {
  readonly id: string;
  readonly state: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly messages: readonly vscode.TestMessage[];
}

/** A run of the Test Explorer that remembers what it was told: VS Code shows it, and tells nobody. */
export class ReportedRun {
  readonly reported: ReportedTest[] = [];
  readonly #run: vscode.TestRun;

  constructor(run: vscode.TestRun) {
    this.#run = run;
  }

  enqueued(item: vscode.TestItem): void {
    this.#run.enqueued(item);
  }

  started(item: vscode.TestItem): void {
    this.#run.started(item);
  }

  /** @param took milliseconds */
  passed(item: vscode.TestItem, took?: number): void {
    this.reported.push({ id: item.id, state: 'passed', messages: [] });
    this.#run.passed(item, took);
  }

  failed(item: vscode.TestItem, message: vscode.TestMessage | readonly vscode.TestMessage[], took?: number): void {
    const messages = 'message' in message ? [message] : [...message];
    this.reported.push({ id: item.id, state: 'failed', messages });
    this.#run.failed(item, messages, took);
  }

  errored(item: vscode.TestItem, message: vscode.TestMessage): void {
    this.reported.push({ id: item.id, state: 'errored', messages: [message] });
    this.#run.errored(item, message);
  }

  skipped(item: vscode.TestItem): void {
    this.reported.push({ id: item.id, state: 'skipped', messages: [] });
    this.#run.skipped(item);
  }

  end(): void {
    this.#run.end();
  }
}
