import { useEffect } from 'preact/hooks';
import { metricNames } from '../../api/names';
import { amend, go } from '../../state/address';
import { bindKeys } from '../../state/keys';
import { Combobox } from '../../ui/combobox';
import { ChartCard } from './chart-card';
import { ChartControls } from './chart-controls';
import { exploreState } from './explore-signals';
import { FilterEditor } from './filter-editor';
import { FirstPoint } from './first-point';
import { StatisticsPanel } from './statistics-panel';

const setPaused = (isPaused: boolean): void => amend({ paused: isPaused ? '1' : undefined });

/** One metric, any way round: picked, filtered, split, drawn, measured. */
export function ExploreView() {
  const { metric, hasStatistics } = exploreState.value;
  useEffect(
    () =>
      bindKeys([
        {
          key: ' ',
          label: 'Space',
          help: 'Pause, or go on',
          run: () => setPaused(!exploreState.value.isPaused),
        },
        {
          key: 'l',
          label: 'l',
          help: 'Back to live: the last hour',
          run: () => go({ range: '1h', from: undefined, to: undefined, paused: undefined }),
        },
        {
          key: 'z',
          label: 'z',
          help: 'Scale from zero, or not',
          run: () => amend({ zero: exploreState.value.fromZero ? undefined : '1' }),
        },
      ]),
    [],
  );
  return (
    <>
      <section class="card" aria-label="What to show">
        <div class="controls">
          <Combobox
            label="Metric"
            placeholder="Search metrics… ( / )"
            value={metric}
            search={metricNames}
            focusKey="/"
            onChoose={(name) => go({ metric: name, filter: undefined, by: undefined })}
          />
          <FilterEditor />
        </div>
        {metric !== '' && <ChartControls />}
      </section>
      {metric === '' ? <FirstPoint /> : <ChartCard />}
      {metric !== '' && hasStatistics && <StatisticsPanel />}
    </>
  );
}
