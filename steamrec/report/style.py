"""The page's style sheet: readable on a phone, in light and in dark mode, without a network.

A Python module like the template, so that the zip for --py-files carries both.
"""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b2430; --soft: #5a6675; --rule: #c9d1da; --card: #f5f7f9;
  --series-0: #0b62a8; --series-1: #c0480b; --series-2: #0a7d5c; --series-3: #a8327e;
  --series-4: #7a5c00; --series-5: #5a45b8; --series-6: #b02a37; --series-7: #4d5a68;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --ink: #e4e9ef; --soft: #9fabb8; --rule: #3b4652; --card: #1a2129;
    --series-0: #62b0f0; --series-1: #f59a5e; --series-2: #45c9a0; --series-3: #ec84c4;
    --series-4: #d9b64a; --series-5: #a594f5; --series-6: #f5808b; --series-7: #a7b3c0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 46rem; }
.soft { color: var(--soft); font-size: .9rem; }
.refused { border-left: .3rem solid var(--series-6); padding-left: .7rem; font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; }
.tile, .card { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; min-width: 0; }
.tile b { display: block; font-size: 1.25rem; overflow-wrap: anywhere; }
.tile span { color: var(--soft); font-size: .85rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  gap: 1rem; align-items: start; margin: .8rem 0; }
.small { grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); }
figure { margin: 0; min-width: 0; }
figcaption { font-size: .9rem; font-weight: 600; margin-bottom: .2rem; }
svg { display: block; width: 100%; max-width: 36rem; height: auto; color: var(--ink); }
svg text { font-family: inherit !important; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
th { font-weight: 600; }
.n { text-align: right; white-space: nowrap; }
.interval { display: block; color: var(--soft); font-size: .8rem; }
.card ol { margin: .3rem 0 0; padding-left: 1.6rem; }
.card li, .card p { overflow-wrap: anywhere; }
"""
