/** What all readers of live push were told and were not, since the start; counted by each reader as it happens. */
export class LiveCounters {
  /** Messages that went out. */
  told = 0;
  /** Messages that gave way to newer ones, because their reader did not keep up. */
  passedOver = 0;
  /** Points that readers missed, each reader's counted: those of messages passed over, and those that were too many to tell. */
  missedPoints = 0;
}
