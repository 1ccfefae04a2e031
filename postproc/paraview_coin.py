"""A picture of the grains of a run, cut open, coloured by what each of them carries.

    pvbatch postproc/paraview_coin.py RUN [-o coin.png] [--frame -1] [--colour p_GPa] [--range 0 1] [--whole] [--movie]

RUN is the folder of a run or a grains.vtk.series.  Grains are drawn as spheres of their own size; the quarter towards
the viewer is taken away unless --whole.  --movie writes one picture per frame, name.0000.png and so on.
Without a screen: xvfb-run pvbatch ...   Debian: apt-get install python3-paraview xvfb"""
import argparse
import sys
from pathlib import Path

try:
    from paraview import simple as pv
except ImportError:
    sys.exit(__doc__ + "\n\nThis is a script for ParaView's pvbatch or pvpython, not for python3.")


def series_of(run):
    path = Path(run)
    if path.is_dir():
        path = path / "grains.vtk.series"
    if not path.exists():
        sys.exit(f"paraview_coin: {path} is not there; was the run told to write VTK frames (output: vtk_every)?")
    return str(path)


def find_array(source, wanted):
    """The point array that is called so, or begins so: p finds p_GPa."""
    names = [source.PointData.GetArray(k).Name for k in range(source.PointData.GetNumberOfArrays())]
    matches = [name for name in names if name == wanted] or [name for name in names if name.split("_")[0] == wanted]
    if not matches:
        sys.exit(f"paraview_coin: the grains have no {wanted}; they have {', '.join(names)}")
    return matches[0]


def cut_open(grains, middle):
    """Without the grains whose centres lie in the quarter x > 0, y < 0, towards the viewer."""
    condition = f"1 - (coordsX > {middle[0]}) * (coordsY < {middle[1]})"
    kept = pv.Calculator(Input=grains, ResultArrayName="kept", Function=condition)
    threshold = pv.Threshold(Input=kept, Scalars=["POINTS", "kept"])
    threshold.LowerThreshold, threshold.UpperThreshold = 0.5, 1.5
    return threshold


def spheres(grains, radius):
    glyph = pv.Glyph(Input=grains, GlyphType="Sphere")
    glyph.GlyphType.Radius, glyph.GlyphType.ThetaResolution, glyph.GlyphType.PhiResolution = 1.0, 24, 16
    glyph.OrientationArray = ["POINTS", "No orientation array"]
    glyph.ScaleArray, glyph.ScaleFactor, glyph.GlyphMode = ["POINTS", radius], 1.0, "All Points"
    return glyph


def look(view, bounds):
    """From in front and above, the axis of the press upwards."""
    middle = [(bounds[2 * k] + bounds[2 * k + 1]) / 2 for k in range(3)]
    size = max(bounds[2 * k + 1] - bounds[2 * k] for k in range(3))
    view.CameraFocalPoint = middle
    view.CameraPosition = [middle[0] + 1.6 * size, middle[1] - 1.9 * size, middle[2] + 1.1 * size]
    view.CameraViewUp = [0, 0, 1]
    view.CameraViewAngle = 30
    return middle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("-o", "--output", default="coin.png")
    parser.add_argument("--frame", type=int, default=-1, help="which frame; -1 is the last")
    parser.add_argument("--colour", default="p", help="array, with or without its unit")
    parser.add_argument("--radius", default="radius", help="array, with or without its unit")
    parser.add_argument("--range", type=float, nargs=2, help="of the colours; default: of the frame")
    parser.add_argument("--whole", action="store_true", help="do not cut")
    parser.add_argument("--movie", action="store_true", help="all frames")
    parser.add_argument("--size", type=int, nargs=2, default=[1400, 1100], help="pixels")
    args = parser.parse_args()

    grains = pv.OpenDataFile(series_of(args.run))
    grains.UpdatePipeline()
    times = list(grains.TimestepValues) or [0.0]
    view = pv.CreateView("RenderView")
    view.ViewSize = args.size
    view.OrientationAxesVisibility = 0
    view.UseColorPaletteForBackground = 0
    view.Background = [1.0, 1.0, 1.0]
    view.ViewTime = times[args.frame]
    grains.UpdatePipeline(times[args.frame])

    colour, radius = find_array(grains, args.colour), find_array(grains, args.radius)
    middle = look(view, grains.GetDataInformation().GetBounds())
    glyph = spheres(grains if args.whole else cut_open(grains, middle), radius)
    shown = pv.Show(glyph, view)
    pv.ColorBy(shown, ("POINTS", colour))
    colours = pv.GetColorTransferFunction(colour)
    colours.ApplyPreset("Viridis (matplotlib)", True)
    colours.RescaleTransferFunction(*(args.range or grains.PointData[colour].GetRange()))
    bar = pv.GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = colour.replace("_", " in "), ""
    bar.LabelFormat = bar.RangeLabelFormat = "%.3g"
    bar.TitleColor = bar.LabelColor = [0.0, 0.0, 0.0]
    shown.SetScalarBarVisibility(view, True)
    stamp = pv.Text(Text=f"t = {times[args.frame]:.4g} ns")
    pv.Show(stamp, view).Color = [0.0, 0.0, 0.0]

    output = Path(args.output)
    for k, time in enumerate(times if args.movie else [times[args.frame]]):
        view.ViewTime = time
        stamp.Text = f"t = {time:.4g} ns"
        name = output.with_suffix(f".{k:04d}{output.suffix}") if args.movie else output
        pv.SaveScreenshot(str(name), view, ImageResolution=args.size)
        print(name)


if __name__ == "__main__":
    main()
