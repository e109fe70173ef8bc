import type { FunctionComponent } from 'preact';
import { ExploreView } from './explore/explore-view';
import { OperatorView } from './operator/operator-view';

/** A view of the dashboard: its address, and its name in the navigation. A new one is a line here. */
export interface View {
  path: string;
  name: string;
  component: FunctionComponent;
  /** Whether the range picker belongs to it. */
  hasRange: boolean;
}

export const VIEWS: readonly View[] = [
  { path: '/dashboard', name: 'Explore', component: ExploreView, hasRange: true },
  { path: '/dashboard/operator', name: 'Operator', component: OperatorView, hasRange: false },
];

/** The view of a path; `/` is the first. */
export const viewAt = (path: string): View =>
  VIEWS.find((view) => view.path === path.replace(/\/$/, '')) ?? VIEWS[0]!;
