import * as vscode from 'vscode';

/** How a scenario came out when it was run last. */
export interface ScenarioOutcome {
  readonly ok: boolean;
  /** One sentence for a person. */
  readonly text: string;
  /** The platform that it ran on, where known. */
  readonly platform?: string;
}

/** The last outcome of every scenario that was run in this window, from the view, the palette or the Test Explorer. */
export class ScenarioOutcomes implements vscode.Disposable {
  readonly #byId = new Map<string, ScenarioOutcome>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** Fires with the scenario's id. */
  readonly onDidChange = this.#changed.event;

  of(id: string): ScenarioOutcome | undefined {
    return this.#byId.get(id);
  }

  set(id: string, outcome: ScenarioOutcome): void {
    this.#byId.set(id, outcome);
    this.#changed.fire(id);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
