import { address } from '../../state/address';
import { steady } from '../../state/steady';
import { type ExploreState, exploreStateOf } from './explore-state';
import { questionOf, type SeriesQuestion } from './series-question';

/** All that the view shows, out of the address. */
export const exploreState = steady<ExploreState>(() => exploreStateOf(address.value.parameters));

/** What the chart asks for: it stays the same while only the way changes in which the answer is shown. */
export const seriesQuestion = steady<SeriesQuestion>(() => questionOf(exploreState.value));
