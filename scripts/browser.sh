#!/usr/bin/env bash
# Debian's Chromium and a Chinese font, installed where that is possible; else a loud line, and the browser tests are skipped.
set -u
if command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
if [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests …"
  $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "******** No Chromium, and it could not be installed: THE BROWSER TESTS WILL BE SKIPPED. apt-get install chromium ********" >&2
[ -z "${CI:-}" ]
