/**
 * Every identifier that a user, a configuration or another program may write down. They stand here and nowhere else;
 * a test holds package.json against them. None is ever renamed without a deprecation.
 */

/** `publisher.name`, as VS Code and a marketplace know the extension. */
export const EXTENSION_ID = 'dma-aperture.dma-aperture';

/** Source of diagnostics, id of the language client, name of the output channel's owner. */
export const DIAGNOSTIC_SOURCE = 'dma-aperture';

/** Commands that package.json contributes. */
export const COMMANDS = {
  openPanel: 'dmaAperture.openPanel',
  refreshPanel: 'dmaAperture.refreshPanel',
  exportPanel: 'dmaAperture.exportPanel',
  choosePlatform: 'dmaAperture.choosePlatform',
  runScenario: 'dmaAperture.runScenario',
  planBuffer: 'dmaAperture.planBuffer',
  sizeAperture: 'dmaAperture.sizeAperture',
  scenarioFromLog: 'dmaAperture.scenarioFromLog',
  scenarioFromDriver: 'dmaAperture.scenarioFromDriver',
  readAsKernelLog: 'dmaAperture.readAsKernelLog',
  showLog: 'dmaAperture.showLog',
  restartServer: 'dmaAperture.restartServer',
  scanWorkspace: 'dmaAperture.scanWorkspace',
  stopScan: 'dmaAperture.stopScan',
  clearFindings: 'dmaAperture.clearFindings',
  groupFindingsByFile: 'dmaAperture.groupFindingsByFile',
  groupFindingsByRule: 'dmaAperture.groupFindingsByRule',
  explainCall: 'dmaAperture.explainCall',
  openLog: 'dmaAperture.openLog',
  useAsPlatform: 'dmaAperture.useAsPlatform',
  copyValue: 'dmaAperture.copyValue',
  openRulePage: 'dmaAperture.openRulePage',
  openScenario: 'dmaAperture.openScenario',
  openScenarioPage: 'dmaAperture.openScenarioPage',
  openTrace: 'dmaAperture.openTrace',
  getStarted: 'dmaAperture.getStarted',
  openSampleLog: 'dmaAperture.openSampleLog',
  showSampleFailure: 'dmaAperture.showSampleFailure',
  openSampleDriver: 'dmaAperture.openSampleDriver',
} as const;

/** Commands that only code lenses, hovers and the panel call; not in the palette. */
export const INTERNAL_COMMANDS = {
  /** Arguments: uri, line, column (both from 1). */
  openEvidence: 'dmaAperture.openEvidence',
  /** Arguments: the uri of a log whose facts become the active platform; then the panel opens. */
  openPanelForLog: 'dmaAperture.openPanelForLog',
  /** Argument: the text for the clipboard. */
  copyText: 'dmaAperture.copyText',
  /** Arguments: uri, line, column (both from 1) of a log's line that names a driver; its DMA calls are shown. */
  findDriverCalls: 'dmaAperture.findDriverCalls',
  /** Arguments: uri and lines (from 1) of a log that belong together; they are shown in the order given. */
  showLogLines: 'dmaAperture.showLogLines',
  /** Argument: the id of a rule; its page is shown. */
  openRule: 'dmaAperture.openRule',
} as const;

export const LANGUAGES = { c: 'c', kernelLog: 'kernel-log', kernelConfig: 'kernel-config' } as const;

/** First part of every setting's name. */
export const SETTINGS_SECTION = 'dmaAperture';

/** Settings, without their section. */
export const SETTINGS = {
  platform: 'platform',
  kernelConfig: 'kernelConfig',
  kernelTree: 'kernelTree',
  minimumSeverity: 'diagnostics.minimumSeverity',
  ruleSeverity: 'rules.severity',
  codeLens: 'codeLens.enabled',
  inlayHints: 'inlayHints.enabled',
  scanExclude: 'scan.exclude',
  scanMaxFiles: 'scan.maxFiles',
  statusBar: 'statusBar.enabled',
  trace: 'trace.server',
} as const;

/** Context keys for `when` clauses. */
export const CONTEXT_KEYS = {
  panelOpen: 'dmaAperture.panelOpen',
  /** A scan of the workspace is under way. */
  scanning: 'dmaAperture.scanning',
  hasFindings: 'dmaAperture.hasFindings',
  /** The findings are grouped by rule; else by file. */
  findingsByRule: 'dmaAperture.findingsByRule',
  /** The language server has ended, or did not start. */
  serverStopped: 'dmaAperture.serverStopped',
} as const;

/** The container in the activity bar, and its views. */
export const VIEW_CONTAINER = 'dmaAperture';
export const VIEWS = {
  platform: 'dmaAperture.platformFacts',
  findings: 'dmaAperture.findings',
  scenarios: 'dmaAperture.scenarioList',
} as const;

/** The walkthrough of Get Started, and its steps in their order. */
export const WALKTHROUGH = 'start';
export const WALKTHROUGH_STEPS = ['log', 'failure', 'panel', 'driver', 'foundingCase', 'plan', 'own'] as const;

/** Scheme of documents that come with the extension: read only, and there without a folder. */
export const PACKAGE_SCHEME = 'dma-aperture';
/** Of texts that are packed in a file: the path is the file's, the query its URI. */
export const UNPACKED_SCHEME = 'dma-aperture-unpacked';
/** Of reports that were made in this window: a plan, a search of a size. */
export const REPORT_SCHEME = 'dma-aperture-report';

export const VIEW_TYPES = { panel: 'dmaAperture.panel' } as const;

/** The Test Explorer's own name of our tests. */
export const TEST_CONTROLLER = 'dmaAperture.scenarios';

/** The platform's item in the status bar and in the language status. */
export const STATUS_ITEM = 'dmaAperture.platform';

/** Rule ids, as diagnostics carry them in `code` and SARIF in `ruleId`. */
export const RULES = {
  coherentExceedsContiguousLimit: 'dma/coherent-exceeds-contiguous-limit',
  coherentExceedsPageAllocator: 'dma/coherent-exceeds-page-allocator',
  coherentBeyondMaskMemory: 'dma/coherent-beyond-mask-memory',
  poolExceedsContiguousLimit: 'dma/pool-exceeds-contiguous-limit',
  orderRoundingWaste: 'dma/order-rounding-waste',
  streamingExceedsSegment: 'dma/streaming-exceeds-segment',
  segmentSizeExceedsMaxMapping: 'dma/segment-size-exceeds-max-mapping',
  maskBelowAperture: 'dma/mask-below-aperture',
  maskUnchecked: 'dma/mask-unchecked',
  mappingErrorUnchecked: 'dma/mapping-error-unchecked',
  missingSync: 'dma/missing-sync',
  unmapMismatch: 'dma/unmap-mismatch',
  busAddressFromVirt: 'dma/bus-address-from-virt',
  mapOfStackOrVmalloc: 'dma/map-of-stack-or-vmalloc',
  minAlignLivelock: 'dma/min-align-livelock',
  userControlledSize: 'dma/user-controlled-size',
  suppression: 'dma/suppression',
  logAperture: 'dma/log-aperture',
  logMappingOversize: 'dma/log-mapping-oversize',
  logApertureExhausted: 'dma/log-aperture-exhausted',
  logApertureFragmented: 'dma/log-aperture-fragmented',
  logApertureFull: 'dma/log-aperture-full',
  logApertureReduced: 'dma/log-aperture-reduced',
  logNoPool: 'dma/log-no-pool',
  logBeyondMask: 'dma/log-beyond-mask',
  logApertureLeak: 'dma/log-aperture-leak',
  logPageAllocation: 'dma/log-page-allocation',
  logDmaDebug: 'dma/log-dma-debug',
  logFailure: 'dma/log-failure',
  commandLineOption: 'dma/command-line-option',
  kernelConfig: 'dma/kernel-config',
} as const;

export type RuleId = (typeof RULES)[keyof typeof RULES];

/** The page of a rule, from the root of this package; the rules of logs stand together on one. */
export function rulePage(id: RuleId): string {
  return id.startsWith('dma/log-') ? 'docs/rules/logs.md' : `docs/rules/${id.slice('dma/'.length)}.md`;
}
