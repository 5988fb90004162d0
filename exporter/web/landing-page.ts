function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

/** The page at `/`: what this is, and where its metrics are. */
export function landingPage({
  version,
  node,
  telemetryPath,
}: {
  version: string;
  node: string;
  telemetryPath: string;
}) {
  const [path, name] = [escapeHtml(telemetryPath), escapeHtml(node)];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Kubevigil exporter</title></head>
<body>
<h1>Kubevigil exporter</h1>
<p>Security and performance metrics of ${name}. Version ${escapeHtml(version)}.</p>
<ul>
<li><a href="${path}">Metrics</a></li>
<li><a href="/events?follow=false">Events</a></li>
<li><a href="/-/healthy">Health</a></li>
<li><a href="/-/ready">Readiness</a></li>
</ul>
</body>
</html>
`;
}
