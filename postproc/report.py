#!/usr/bin/env python3
"""One page of a run, to look at and to mail: report.html in the folder of the run, with everything inside.

    python3 postproc/report.py RUN [RUN ...] [-o report.html] [--no-pictures]

RUN is the folder a run wrote; the first one gets the page, the others are compared with it.  Plots are also in RUN/report/,
as SVG with their data as CSV, and 3-D pictures as PNG.  A run that is still going, stopped, failed or incomplete gets a page
that says so; exit code 2 where there is no run at all."""
import argparse
import base64
import csv
import html
import io
import sys
import time
from itertools import zip_longest
from pathlib import Path

import run_folder
import vtk_frame

try:
    import report_plots
except ImportError as error:
    sys.exit(f"report: {error.name} is missing; Debian: apt-get install python3-numpy python3-matplotlib")

STYLE = """
:root { color-scheme: light; } * { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; margin: 0 auto; padding: 1rem; max-width: 1240px; background: #fff; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.4rem 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; border-bottom: 1px solid #ddd; }
h3 { font-size: 1rem; margin: 0 0 .2rem; } .state { color: #444; } p { margin: .4rem 0; }
.verdict { font-size: 1.1rem; border-left: 5px solid #0072B2; background: #f1f7fb; padding: .6rem .9rem; margin: .8rem 0; }
.doubt { border-left: 5px solid #D55E00; background: #fdf3ec; padding: .4rem .9rem; margin: .5rem 0; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 370px), 1fr)); gap: 1.3rem; }
figure { margin: 0; } figure img { width: 100%; height: auto; } figcaption { font-size: .84rem; color: #444; overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; } td, th { padding: .2rem .7rem; border-bottom: 1px solid #e6e6e6; text-align: right; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; white-space: normal; }
@media (max-width: 500px) { td, th { white-space: normal; padding: .2rem .3rem; font-size: .8rem; } td span { white-space: nowrap; } }
details { margin: .8rem 0; } pre { overflow-x: auto; font-size: .78rem; background: #f7f7f7; padding: .7rem; }
"""

COIN = [("grains", "grains", ""), ("relative_density", "relative density", ""), ("core_density", "density of the core", ""),
        ("density_under_load", "density under load", ""), ("pressure_reached_GPa", "pressure reached", "GPa"),
        ("transmission_under_load", "of it, arriving at the other punch", ""), ("coordination", "contacts per grain", ""),
        ("bonded_fraction", "bonded contacts", ""), ("bonded_cluster", "grains in one bonded cluster", ""),
        ("neck_radius_mean", "mean neck radius over that of the grain", ""), ("coverage_contact", "ligands left in contacts", ""),
        ("conductivity_S_per_m", "conductivity", "S/m"), ("hardness_GPa", "hardness", "GPa"), ("modulus_GPa", "Young's modulus", "GPa"),
        ("springback_axial", "springback along the press", ""), ("springback_radial", "springback across", ""),
        ("residual_wall_pressure_GPa", "wall pressure left", "GPa"), ("ejection_force_nN", "ejection force", "nN"),
        ("height_moment_nm", "height", "nm"), ("radius_moment_nm", "radius", "nm"), ("slow_time_s", "time on the slow clock", "s"),
        ("energy_error", "error of the energy balance", "")]
MESHED = [("grains", "meshed grains", ""), ("elements_each", "elements of each", ""), ("plastic_strain_mean", "mean plastic strain", ""),
          ("von_mises_mean_GPa", "mean von Mises stress", "GPa"), ("hourglass_share", "hourglass share of the work", "")]


def show(value):
    if value is None or isinstance(value, float) and value != value:
        return "-"
    if isinstance(value, (int, float)):
        return f"{int(value)}" if float(value).is_integer() and abs(value) < 1e9 else f"{value:.4g}"
    return html.escape(str(value))


def show_with(unit, value):
    """Numbers with a unit are measured ones, never counts."""
    return f"{value:.4g} {unit}" if unit and isinstance(value, (int, float)) else show(value)


def coin_table(runs):
    rows = []
    for block, entries in (("coin", COIN), ("meshed", MESHED)):
        for key, text, unit in entries:
            values = [run.summary.get(block, {}).get(key) for run in runs]
            if all(value is None for value in values):
                continue
            cells = []
            for run, value in zip(runs, values):
                low, high = (run.summary[block].get(key.replace("_GPa", f"_{end}_GPa")) if block in run.summary else None for end in ("low", "high"))
                band = f" <span>({show(low)} .. {show(high)})</span>" if value is not None and low is not None and high is not None and key.endswith("_GPa") else ""
                cells.append(f"<td>{show_with(unit, value)}{band}</td>")
            rows.append(f"<tr><td>{text}</td>{''.join(cells)}</tr>")
    if not rows:
        return "<p>There is no summary of the coin yet.</p>"
    head = "<tr><th></th>" + "".join(f"<th>{html.escape(run.name)}</th>" for run in runs) + "</tr>" if len(runs) > 1 else ""
    return f"<div class=table><table>{head}{''.join(rows)}</table></div>"


def last_row(run):
    """Of a run without a summary: where it stands."""
    if not run.rows:
        return ""
    wanted = ["step", "time_ns", "slow_time_s", "target_GPa", "pressure_top_GPa", "relative_density", "coordination", "inertial_number", "energy_error"]
    rows = "".join(f"<tr><td>{name}</td><td>{show(float(run[name][-1]))}</td></tr>" for name in wanted if name in run.history)
    stages = run.stages()
    return f"<p>The last row of its history, in stage <b>{html.escape(stages[-1][0]) if stages else '?'}</b>:</p><div class=table><table>{rows}</table></div>"


def header(run):
    coin = run.summary.get("coin", {})
    parts = [f"<h1>{html.escape(str(run.summary.get('title') or title_of(run) or run.name))}</h1>",
             f"<p class=state><b>{html.escape(run.name)}</b>: {html.escape(run.state_text())}.</p>"]
    if coin.get("verdict"):
        parts.append(f"<div class=verdict><b>{html.escape(coin['verdict'])}</b><br>{html.escape(coin.get('why', ''))}</div>")
    parts += [f"<div class=doubt>{html.escape(str(text))}</div>" for text in run.problems + list(run.summary.get("warnings", []))]
    return "".join(parts)


def title_of(run):
    for row in run.deck.splitlines():
        if row.startswith("title:"):
            return row[6:].split(" # ")[0].strip().strip('"')
    return ""


def image(kind, data):
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def write_csv(path, table):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(table)
        out.writerows(zip_longest(*([f"{value:.8g}" for value in column] for column in table.values()), fillvalue=""))


def plot_figures(drawn, folder):
    """HTML of the plots; their SVG and CSV go into the folder."""
    parts = []
    for name, (title, caption, figure, table) in drawn:
        data = io.BytesIO()
        figure.savefig(data, format="svg", metadata={"Date": None})
        report_plots.plt.close(figure)
        (folder / f"{name}.svg").write_bytes(data.getvalue())
        write_csv(folder / f"{name}.csv", table)
        parts.append(f"<figure><h3>{html.escape(title)}</h3><img alt='{html.escape(title, True)}' src='{image('svg+xml', data.getvalue())}'>"
                     f"<figcaption>{html.escape(caption)}</figcaption></figure>")
    return f"<div class=grid>{''.join(parts)}</div>"


def provenance(run):
    facts = run.summary.get("provenance", {}) | {f"session {k}": v for k, v in run.summary.get("session", {}).items()}
    rows = "".join(f"<tr><td>{html.escape(k)}</td><td style='white-space:normal;text-align:left'>{show(v)}</td></tr>" for k, v in facts.items())
    return (f"<details><summary>Provenance of {html.escape(run.name)}</summary><div class=table><table>{rows or '<tr><td>not known</td></tr>'}</table></div></details>"
            f"<details><summary>Deck of {html.escape(run.name)}, all values in force</summary><pre>{html.escape(run.deck) or 'not there'}</pre></details>")


def draw_plots(view):
    for name, plot in report_plots.PLOTS:
        drawn = plot(view) if view.run.rows or view.frames else None
        if drawn:
            yield name, drawn


def pictures_of(view, folder):
    """3-D pictures as HTML, or why there are none."""
    try:
        import pictures
    except ImportError as error:
        return f"<p>No pictures: {html.escape(str(error))}. Debian: apt-get install python3-vtk9.</p>"
    made, reason = pictures.draw(view, folder)
    parts = [f"<figure><h3>{html.escape(title)}</h3><img alt='{html.escape(title, True)}' src='{image('png', path.read_bytes())}'>"
             f"<figcaption>{html.escape(caption)}</figcaption></figure>" for title, caption, path in made]
    return (f"<div class=grid>{''.join(parts)}</div>" if parts else "") + (f"<p>{html.escape(reason)}</p>" if reason else "")


def write_report(runs, output, with_pictures=True):
    """Writes the page; returns how long each part took."""
    start = time.time()
    folder = output.parent / "report"
    folder.mkdir(exist_ok=True)
    views = [report_plots.View(run, vtk_frame.read_frame) for run in runs]
    for view in views:
        view.run.problems += [text for text in view.problems if text not in view.run.problems]
    body = [header(run) + ("" if run.summary else last_row(run)) for run in runs]
    body.append("<h2>The coin</h2>" + coin_table(runs))
    if len(runs) > 1:
        body.append("<h2>Side by side</h2>" + plot_figures(report_plots.comparisons(views), folder))
    for view in views:
        mine = folder if view is views[0] else folder / view.run.name
        mine.mkdir(exist_ok=True)
        whose = f" of {html.escape(view.run.name)}" if len(runs) > 1 else ""
        plots = plot_figures(draw_plots(view), mine)
        if with_pictures and view is views[0]:
            body.append(f"<h2>Pictures{whose}</h2>" + pictures_of(view, mine))
        body.append(f"<h2>Plots{whose}</h2>")
        body.append(plots if "<figure>" in plots else "<p>There is nothing to draw yet.</p>")
        if not view.frames:
            body.append("<p>No VTK frames: forces, chains, structure and stress of the grains need them (deck: output: vtk_every).</p>")
        view.frames.clear()
    body += [provenance(run) for run in runs]
    page = (f"<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>"
            f"<link rel=icon href='data:,'><title>{html.escape(runs[0].name)}: report</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n")
    partial = output.with_suffix(".tmp")
    partial.write_text(page)
    partial.replace(output)
    return time.time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("-o", "--output", help="default: report.html in the folder of the first run")
    parser.add_argument("--no-pictures", action="store_true", help="plots only")
    args = parser.parse_args()
    try:
        runs = [run_folder.Run(folder) for folder in args.runs]
    except run_folder.NoRun as error:
        print(f"report: {error}", file=sys.stderr)
        sys.exit(2)
    output = Path(args.output) if args.output else runs[0].folder / "report.html"
    try:
        spent = write_report(runs, output, not args.no_pictures)
    except OSError as error:
        print(f"report: {output}: {error}", file=sys.stderr)
        sys.exit(2)
    for run in runs:
        print(f"{run.name}: {run.state_text()}")
        for text in run.problems:
            print(f"  {text}")
    print(f"{output} ({output.stat().st_size / 1e6:.1f} MB, {spent:.1f} s)")


if __name__ == "__main__":
    main()
