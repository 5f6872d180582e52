// Copies the few built files the pages need out of node_modules, so that the server itself serves them (no CDN).
import { cpSync, mkdirSync, rmSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "src/tingsu/web/static/vendor");
const wanted = {
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "echarts/dist/echarts.common.min.js": "echarts.min.js",
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [from, to] of Object.entries(wanted)) cpSync(join(root, "node_modules", from), join(target, to));

// Source-map references name files that are not shipped; the manifest storage would refuse them.
for (const name of Object.values(wanted)) {
  const path = join(target, name);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/\n?(\/\*# sourceMappingURL=[^*]*\*\/|\/\/# sourceMappingURL=\S+)\s*$/, "\n"));
}
console.log(`vendor: ${Object.values(wanted).join(", ")} → ${target}`);
