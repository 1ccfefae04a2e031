"""The views of a run as ParaView pipelines, for pvbatch (coin.py) and for the window (macro.py): what is in which picture.

    grains    spheres of their own size, cut open, coloured by what each carries     chains  contacts pushed harder than the mean
    elements  meshed grains, cut open, coloured by the stress of their elements      bonds   what has become one metal, as rods

A view returns (what is coloured, array, its place, title of its scale); die and punches are translucent in all of them."""
import os
import sys
from pathlib import Path

from paraview import simple as pv

MAP = "Cividis"  # looks the same to most eyes

UNITS = ("nm", "nN", "GPa", "nS", "aJ", "ns", "s", "K")


class Missing(Exception):
    """The run has no such frames or no such array."""


def open_series(folder, kind):
    path = Path(folder) / f"{kind}.vtk.series"
    if not path.exists():
        raise Missing(f"{path} is not there; was the run told to write VTK frames (output: vtk_every)"
                      + (", are its grains meshed?" if kind == "meshed" else "?"))
    name = f"{kind} of {path.resolve().parent.name}"
    reader = pv.FindSource(name)
    if not reader:
        try:
            reader = pv.OpenDataFile(str(path))
        except RuntimeError:
            raise Missing(f"{path} cannot be read, or the frames that it names are gone") from None
        pv.RenameSource(name, reader)
        reader.UpdatePipeline()
    return reader


def times_of(source):
    return list(source.TimestepValues) if hasattr(source.TimestepValues, "__len__") else [source.TimestepValues]


def find_array(data, wanted):
    """The array that is called so, or begins so: p finds p_GPa."""
    names = [data.GetArray(k).Name for k in range(data.GetNumberOfArrays())]
    matches = [name for name in names if name == wanted] or [name for name in names if name.split("_")[0] == wanted]
    if not matches:
        raise Missing(f"there is no {wanted}; there are {', '.join(names)}")
    return matches[0]


def span_of(array):
    """Of its values; from 0 where they begin near it."""
    low, high = array.GetRange()
    return 0.0 if 0 < low < 0.3 * high else low, high


def words_of(array):
    """The name of an array as the title of its scale; the last word may be its unit."""
    words = array.split("_")
    return f"{' '.join(words[:-1])} in {words[-1]}" if len(words) > 1 and words[-1] in UNITS else " ".join(words)


def above(source, place, array, low):
    threshold = pv.Threshold(Input=source, Scalars=[place, array])
    threshold.LowerThreshold, threshold.UpperThreshold = low, 1e300
    threshold.ThresholdMethod = "Between"
    return threshold


def cut_open(source, middle):
    """Without what reaches into the quarter x > 0, y < 0, towards the viewer: grains by their centres, cells as a whole."""
    condition = f"1 - (coordsX > {middle[0]}) * (coordsY < {middle[1]})"
    kept = pv.Calculator(Input=source, ResultArrayName="kept", Function=condition)
    threshold = above(kept, "POINTS", "kept", 0.5)
    threshold.AllScalars = 1
    return threshold


def grains(folder, view, middle, colour="q", whole=False):
    source = open_series(folder, "grains")
    source.UpdatePipeline(view.ViewTime)
    array = find_array(source.PointData, colour)
    glyph = pv.Glyph(Input=source if whole else cut_open(source, middle), GlyphType="Sphere")
    glyph.GlyphType.Radius, glyph.GlyphType.ThetaResolution, glyph.GlyphType.PhiResolution = 1.0, 24, 16
    glyph.OrientationArray = ["POINTS", "No orientation array"]
    glyph.ScaleArray, glyph.ScaleFactor, glyph.GlyphMode = ["POINTS", "radius_nm"], 1.0, "All Points"
    return pv.Show(glyph, view), array, "POINTS", span_of(source.PointData[array])


def rods(source, array, formula, view):
    """Lines as tubes; formula gives the radius [nm]."""
    points = pv.CellDatatoPointData(Input=source, ProcessAllArrays=1)
    radius = pv.Calculator(Input=points, ResultArrayName="rod_nm", Function=formula)
    surface = pv.ExtractSurface(Input=radius)
    tube = pv.Tube(Input=surface, Scalars=["POINTS", "rod_nm"], VaryRadius="By Absolute Scalar", NumberofSides=8)
    return pv.Show(tube, view), array, "POINTS"


def mean_force(source):
    """Of the contacts that push, at the time the source stands at [nN]."""
    from paraview import servermanager
    from vtkmodules.util.numpy_support import vtk_to_numpy
    force = vtk_to_numpy(servermanager.Fetch(source).GetCellData().GetArray("fn_nN"))
    return float(force[force > 0].mean()) if (force > 0).any() else 0.0


def chains(folder, view, middle, radius=3.0, **_):
    source = open_series(folder, "contacts")
    source.UpdatePipeline(view.ViewTime)
    mean, top = mean_force(source), source.CellData["fn_nN"].GetRange()[1]
    if not mean > 0:
        raise Missing("no contact pushes in this frame")
    strong = above(source, "CELLS", "fn_nN", mean)
    return *rods(strong, "fn_nN", f"{0.5 * radius} * sqrt(max(fn_nN, 0) / {top})", view), (0, top)


def bonds(folder, view, middle, **_):
    source = open_series(folder, "contacts")
    source.UpdatePipeline(view.ViewTime)
    top = source.CellData["neck_radius_nm"].GetRange()[1]
    if not top > 0:
        raise Missing("nothing is bonded in this frame")
    return *rods(cut_open(above(source, "CELLS", "neck_radius_nm", 1e-6), middle), "neck_radius_nm", "0.6 * neck_radius_nm", view), (0, top)


def elements(folder, view, middle, colour="von_mises_GPa", **_):
    source = open_series(folder, "meshed")
    source.UpdatePipeline(view.ViewTime)
    array = find_array(source.CellData, colour)
    shown = pv.Show(cut_open(source, middle), view)
    shown.Representation = "Surface With Edges"
    shown.EdgeColor = [0.3, 0.3, 0.3]
    return shown, array, "CELLS", span_of(source.CellData[array])


VIEWS = {"grains": grains, "chains": chains, "elements": elements, "bonds": bonds}
COLOURED = {"grains": ("grains", "PointData", "q"), "chains": ("contacts", "CellData", "fn_nN"), "elements": ("meshed", "CellData", "von_mises_GPa"),
            "bonds": ("contacts", "CellData", "neck_radius_nm")}


def bounds_over(folder, times):
    """Of the centres in all frames: a movie is seen from one place throughout."""
    source, found = open_series(folder, "grains"), []
    for time in times:
        source.UpdatePipeline(time)
        found.append(source.GetDataInformation().GetBounds())
    return [(max if k % 2 else min)(bounds[k] for bounds in found) for k in range(6)]


def span_over(folder, name, times, colour=None):
    """Of the values in all frames, from 0 where they begin near it: a movie is coloured alike throughout."""
    kind, place, usual = COLOURED[name]
    source, spans = open_series(folder, kind), []
    for time in times:
        source.UpdatePipeline(time)
        data = getattr(source, place)
        spans.append(data[find_array(data, colour or usual)].GetRange())
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    return (0.0 if name in ("chains", "bonds") or 0 < low < 0.3 * high else low), high


def tools(folder, view, bounds):
    """Die and punches, without the empty bore above."""
    try:
        source = open_series(folder, "tools")
    except Missing:
        return
    cut = pv.Clip(Input=source, ClipType="Plane", Invert=1)
    cut.ClipType.Origin = [0, 0, bounds[5] + 0.12 * (bounds[5] - bounds[4])]
    cut.ClipType.Normal = [0, 0, 1]
    pv.Hide3DWidgets(proxy=cut.ClipType)
    shown = pv.Show(cut, view)
    shown.ColorArrayName = [None, ""]
    shown.AmbientColor = shown.DiffuseColor = [0.45, 0.55, 0.65]
    shown.Opacity, shown.Ambient, shown.Diffuse = 0.13, 1.0, 0.0


def look(view, bounds, radius, angle):
    """From in front and above, the axis of the press upwards, room for the scale at the right; radius of the largest grain [nm]."""
    middle = [(bounds[2 * k] + bounds[2 * k + 1]) / 2 for k in range(3)]
    width, height = (bounds[2 * k + 1] - bounds[2 * k] + 2 * radius for k in (0, 2))
    size = max(0.64 * height + 0.31 * width, width)  # a cylinder seen from 24 degrees above, tall or flat
    view.CameraFocalPoint = [middle[0] + 0.09 * size, middle[1] + 0.08 * size, middle[2]]
    view.CameraPosition = [middle[0] + 1.6 * size, middle[1] - 1.9 * size, middle[2] + 1.1 * size]
    view.CameraViewUp = [0, 0, 1]
    view.CameraViewAngle = angle


def prepare(view):
    view.OrientationAxesVisibility = 0
    view.UseColorPaletteForBackground = 0
    view.Background = [1.0, 1.0, 1.0]


def fill(view, folder, name, span=None, seen=None, letters=22, angle=32, **how):
    """
    Puts one view of the run into a render view, at the time the view stands at; letters [pixels] and angle [degrees] suit its size.
    span, seen: values and places (bounds) it has room for; default: those of the frame
    """
    base = open_series(folder, "grains")
    base.UpdatePipeline(view.ViewTime)
    bounds = base.GetDataInformation().GetBounds()
    middle = [(bounds[2 * k] + bounds[2 * k + 1]) / 2 for k in range(3)]
    shown, array, place, limits = VIEWS[name](folder, view, middle, **{key: value for key, value in how.items() if value is not None})
    pv.Hide(base, view)
    tools(folder, view, bounds)
    pv.ColorBy(shown, (place, array))
    colours = pv.GetColorTransferFunction(array)
    colours.ApplyPreset(MAP, True)
    colours.RescaleTransferFunction(*(span or limits))
    bar = pv.GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = words_of(array), ""
    bar.LabelFormat = bar.RangeLabelFormat = "%.3g"
    bar.TitleFontSize, bar.LabelFontSize, bar.HorizontalTitle = letters, letters - 2, 1
    bar.WindowLocation, bar.Position, bar.ScalarBarLength = "Any Location", [0.83, 0.2], 0.55
    bar.TitleColor = bar.LabelColor = [0.0, 0.0, 0.0]
    shown.SetScalarBarVisibility(view, True)
    look(view, seen or bounds, base.PointData["radius_nm"].GetRange()[1], angle)


def quit_with(text):
    """pvbatch with MPI ends with a signal where Python merely exits."""
    print(f"nanomint: {text}", file=sys.stderr, flush=True)
    os._exit(2)
