"""Pictures and movies of a run with ParaView, without a window: grains, force chains, inside of meshed grains, bonds.

    pvbatch postproc/paraview/coin.py RUN [--view grains|chains|elements|bonds] [-o coin.png] [--frame -1] [--movie]
            [--colour p_GPa] [--range 0 1] [--whole] [--size 1400 1100]

RUN is the folder of a run.  The quarter towards the viewer is taken away unless --whole (grains).  --movie writes one
picture per frame, name.0000.png and so on, coloured alike and seen from one place; ffmpeg -i name.%04d.png makes a film of them.
Without a screen: xvfb-run -a -s "-screen 0 1280x1024x24 -noreset" pvbatch ...   (without -noreset the server may restart under it)
Debian: apt-get install python3-paraview paraview xvfb"""
import argparse
import os
import sys
from pathlib import Path

try:
    from paraview import simple as pv
except ImportError:
    sys.exit(__doc__ + "\n\nThis is a script for ParaView's pvbatch or pvpython, not for python3.")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import views  # noqa: E402


def picture(args, time, span=None, seen=None):
    """A view of its own for every picture: thresholds follow the frame."""
    view = pv.CreateView("RenderView")
    view.ViewSize = args.size
    views.prepare(view)
    view.ViewTime = time
    views.fill(view, args.run, args.view, span=span, seen=seen, colour=args.colour, whole=args.whole or None)
    pv.Show(pv.Text(Text=f"t = {time:.4g} ns"), view).Color = [0.0, 0.0, 0.0]
    return view


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--view", choices=list(views.VIEWS), default="grains")
    parser.add_argument("-o", "--output", default="coin.png")
    parser.add_argument("--frame", type=int, default=-1, help="which frame; -1 is the last")
    parser.add_argument("--colour", help="array of grains or elements, with or without its unit")
    parser.add_argument("--range", type=float, nargs=2, help="of the colours; default: of the frame, of all frames in movies")
    parser.add_argument("--whole", action="store_true", help="do not cut")
    parser.add_argument("--movie", action="store_true", help="all frames")
    parser.add_argument("--size", type=int, nargs=2, default=[1400, 1100], help="pixels")
    args = parser.parse_args()
    try:
        times = views.times_of(views.open_series(args.run, "grains")) or [0.0]
    except views.Missing as error:
        views.quit_with(error)
    output, span = Path(args.output), args.range
    seen = None
    if args.movie:
        try:
            span = span or views.span_over(args.run, args.view, times, args.colour)
            seen = views.bounds_over(args.run, times)
        except views.Missing as error:
            views.quit_with(error)
    for k, time in enumerate(times if args.movie else [times[args.frame]]):
        name = output.with_suffix(f".{k:04d}{output.suffix}") if args.movie else output
        try:
            view = picture(args, time, span, seen)
        except views.Missing as error:
            if not args.movie:
                views.quit_with(error)
            print(f"{name}: left out: {error}")
            continue
        pv.SaveScreenshot(str(name), view, ImageResolution=args.size)
        print(name, flush=True)
        pv.ResetSession()


if __name__ == "__main__":
    main()
