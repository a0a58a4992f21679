"""The page's template (Jinja, escaping everything but the pictures and the style sheet)."""

TEMPLATE = """\
{% macro shown(place) %}
<div class="grid">
{% for entry in pictures[place] %}
<figure id="{{ entry.picture.name }}">
<figcaption>{{ entry.picture.caption }}</figcaption>
{{ entry.svg }}
</figure>
{% endfor %}
</div>
{% endmacro %}
{% macro figures(counts) %}
<table>
{% for name, value in counts.items() %}
<tr><td>{{ name | words }}</td><td class="n">{{ value | number }}</td></tr>
{% endfor %}
</table>
{% endmacro %}
{% macro results(name, table) %}
<div class="wide"><table id="{{ name }}">
<tr><th>model</th>
{% for column in table.columns %}
<th class="n">{{ column }}</th>
{% endfor %}
</tr>
{% for model, cells in table.rows %}
<tr><td>{{ model }}</td>
{% for value, low, high in cells %}
<td class="n">{{ "%.4f" % value }}
<span class="interval">{{ "%.4f" % low }} to {{ "%.4f" % high }}</span></td>
{% endfor %}
</tr>
{% endfor %}
</table></div>
{% endmacro %}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
{% set night = refusal or published %}
<title>steamrec, {{ night.date }}</title>
<style>{{ style }}</style>
</head>
<body>
<h1>The night of {{ night.date }}</h1>
{% if refusal %}
<p class="refused">Not published. {{ refusal.why }}</p>
<p class="soft">Run {{ refusal.run_id }}, model: {{ refusal.model }}
(best on validation: {{ metrics.best or "not known" }}).
{% if published %}
Readers see run {{ published.run_id }} of {{ published.date }}, model {{ published.model }}.
{% else %}
Readers see nothing yet.
{% endif %}
</p>
{% else %}
<p class="soft">Run {{ published.run_id }}, published model: {{ published.model }}
{{ "(measured without the held-out items, then fitted again on all pairs)"
if counts.export and counts.export.refitted }}
(best on validation: {{ metrics.best or "not known" }}).</p>
{% endif %}
<div class="tiles">
{% if published %}
<div class="tile"><b>{{ published.users | number }}</b><span>users with a list</span></div>
<div class="tile"><b>{{ published.rows | number }}</b><span>recommendations</span></div>
{% endif %}
<div class="tile"><b>{{ metrics["items"] | number }}</b><span>items in the catalogue</span></div>
<div class="tile"><b>{{ metrics.users | number }}</b><span>users measured</span></div>
<div class="tile"><b>{{ counts.ingest.lines | number }}</b><span>lines read</span></div>
<div class="tile"><b>{{ counts.ingest.quarantined_lines | number }}</b>
<span>lines refused</span></div>
</div>

<h2>What was read and refused</h2>
<div class="grid small">
{% for stage, counted in counts.items() if counted %}
<div class="card"><h3>{{ stage }}</h3><div class="wide">{{ figures(counted) }}</div></div>
{% endfor %}
</div>
{% if refused %}
<p>The most frequent reasons why lines were refused:</p>
<div class="wide"><table>
<tr><th>reason</th><th class="n">lines</th></tr>
{% for row in refused %}
<tr><td>{{ row.reason }}</td><td class="n">{{ row.lines | number }}</td></tr>
{% endfor %}
</table></div>
{% else %}
<p>No line was refused.</p>
{% endif %}

<h2>The data</h2>
{{ shown("data") }}
<p>{{ empty | number }} users own nothing and are not in these charts.</p>
{% if counts.item_metadata is defined %}
{% set metadata = counts.item_metadata %}
<p>Genres, tags and prices are known for {{ metadata.catalogue_items_with_metadata | number }} of
the {{ metadata.catalogue_items | number }} items.</p>
{% endif %}
<p>The most owned items:</p>
<div class="wide"><table>
<tr><th>item</th><th class="n">owners</th></tr>
{% for item in top_items %}
<tr><td>{{ item.item_name }}</td><td class="n">{{ item.owners | number }}</td></tr>
{% endfor %}
</table></div>

{% if pictures.training %}
<h2>Training</h2>
{{ shown("training") }}
{% endif %}

<h2>Quality</h2>
<p>One held-out item of each of {{ metrics.users | number }} users. "Full" ranks it among all
{{ metrics["items"] | number }} items that the user does not own: what a list of
{{ headline.k }} would show. "Sampled" ranks it among a few negatives only; use it only to compare
with papers. Below each figure is its 95 % interval (bootstrap over users).</p>
{{ results("results", headline) }}
{{ shown("quality") }}

<h2>Quality by library size</h2>
{{ shown("sizes") }}

{% if cold %}
<h2>Quality for cold users</h2>
<p>One held-out item of each of {{ cold.users | number }} users with fewer than
{{ least_items }} items, ranked among all items that the user does not own. No model was fitted on
these users; a model that is not in this table gives them the popularity list.</p>
{{ results("cold", cold) }}
{% endif %}

<h2>What the lists are like</h2>
{{ shown("lists") }}

{% if users %}
<h2>Lists of a few users</h2>
<div class="grid">
{% for user in users %}
<div class="card">
<h3>{{ user.user_id }}</h3>
<p class="soft">owns {{ user["items"] | number }}{{ ": " if user.owned }}
{{ user.owned | join(" · ") }}{{ " and more" if user["items"] > user.owned | length }}</p>
{% if user.list %}
<p class="soft">by {{ user.list[0].source }}:</p>
{% endif %}
<ol>
{% for row in user.list %}
<li value="{{ row.rank }}">{{ row.item_name }}
<span class="soft">{{ row.score | score }}{{ " · " if row.about }}{{ row.about }}</span></li>
{% endfor %}
</ol>
</div>
{% endfor %}
</div>
{% endif %}

<h2>Time</h2>
{{ shown("stages") }}
<div class="wide"><table>
<tr><th>stage</th><th class="n">seconds</th><th class="n">rows written</th><th>finished</th></tr>
{% for stage in stages %}
<tr><td>{{ stage.stage }}</td><td class="n">{{ "%.1f" % stage.seconds }}</td>
<td class="n">{{ stage.rows | number }}</td><td class="n">{{ stage.finished }}</td></tr>
{% endfor %}
</table></div>
</body>
</html>
"""
