import * as vscode from 'vscode';
import { SERVER_NOTIFICATIONS } from '../protocol/server-requests.ts';
import type { ActivePlatform } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';

/** Key in the workspace's state: the id of the platform that was chosen here. */
const CHOSEN = 'platform';

/** The active platform as the server last told it, and the choice that outlives a session. */
export class PlatformState implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<ActivePlatform | undefined>();
  readonly #subscriptions: vscode.Disposable[] = [this.#changed];
  readonly onDidChange = this.#changed.event;
  #active: ActivePlatform | undefined;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  /** Follows a server; undefined while it does not run. */
  follow(server: ServerClient): void {
    this.#subscriptions.push(
      server.listen(SERVER_NOTIFICATIONS.activePlatform, (platform) => this.#set(platform)),
      server.onDidChangeRunning((running) => {
        if (!running) this.#set(undefined);
      }),
    );
  }

  get active(): ActivePlatform | undefined {
    return this.#active;
  }

  get chosen(): string | undefined {
    return this.#memento.get<string>(CHOSEN);
  }

  async choose(id: string): Promise<void> {
    await this.#memento.update(CHOSEN, id);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #set(platform: ActivePlatform | undefined): void {
    this.#active = platform;
    this.#changed.fire(platform);
  }
}
