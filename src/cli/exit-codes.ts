/**
 * What the process ends with; docs/operating.md tells users. Scripts rely on them, so none changes its meaning. A second signal ends it by SIGINT, for
 * which shells say 130.
 */
export const EXIT_CODES = {
  ok: 0,
  /** Something failed while running; standard error says what. */
  failure: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  usage: 2,
  /** `check` found damage, or `restore` in its backup. */
  damage: 3,
  /** No server answers. */
  unreachable: 4,
  /** `import` carried over all but some points, which were refused. */
  partial: 5,
} as const;
