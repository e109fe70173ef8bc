import { render } from 'preact';
import { App } from './app';

const root = document.getElementById('app');
if (root !== null) {
  // The shell that came with the page has been painted; what is alive takes its place.
  root.replaceChildren();
  render(<App />, root);
}
