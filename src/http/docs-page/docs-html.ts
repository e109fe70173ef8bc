/** The page at /docs: the frame that its script fills. */
export const DOCS_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Millrace API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/page.css">
<script type="module" src="/docs/page.js"></script>
</head>
<body>
<header>
<h1>Millrace API <small id="version"></small></h1>
<p id="about"></p>
<div class="tools">
<label>Find a call <input id="filter" type="search" placeholder="stats, raw, ingest" autocomplete="off"></label>
<label>Token <input id="token" type="password" placeholder="where one is needed" autocomplete="off"></label>
<a href="/openapi.json">openapi.json</a>
</div>
<nav id="groups" aria-label="Parts of the API"></nav>
</header>
<main id="calls"><p>Reading the description of the API …</p></main>
<noscript><p>This page needs JavaScript. The same is in <a href="/openapi.json">/openapi.json</a>.</p></noscript>
</body>
</html>
`;
