import type * as vscode from 'vscode';
import type { PanelState } from '../protocol/panel-state.ts';
import type { ActivePlatform } from '../protocol/server-requests.ts';
import type { ScenarioTests } from './scenario-tests.ts';
import type { TreeNode } from './tree-nodes.ts';

/** What `activate()` returns to other extensions. Version 1; fields are added, never renamed. */
export interface ExtensionApi {
  readonly version: 1;
  /** The platform that requests are held against; undefined while the language server does not run. */
  readonly platform: ActivePlatform | undefined;
  readonly onDidChangePlatform: vscode.Event<ActivePlatform | undefined>;
  /** What the status bar says; undefined while it is hidden. */
  readonly statusText: string | undefined;
  /** Fires with what the panel shows, when its page has been given it. */
  readonly onDidShowPanel: vscode.Event<PanelState>;
  /** The rows of the views, first level. */
  readonly platformFacts: readonly TreeNode[];
  readonly findings: readonly TreeNode[];
  readonly scenarios: readonly TreeNode[];
  /** The scenarios as the Test Explorer has them. */
  readonly tests: ScenarioTests;
}
