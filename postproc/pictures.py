#!/usr/bin/env python3
"""3-D pictures of a run with VTK alone, off-screen: grains cut open, force chains, the inside of meshed grains, bonds.

    python3 postproc/pictures.py RUN [-o FOLDER]

Without a screen VTK 9 of Debian renders through X only: where there is no DISPLAY, xvfb-run is used if it is there
(apt-get install xvfb); a VTK built for OSMesa or EGL needs neither.  The trial is made in a process of its own, since VTK
ends the process it cannot open a window in."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
import vtkmodules.vtkRenderingFreeType  # noqa: F401  letters
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  the renderer itself
from vtkmodules.vtkCommonCore import vtkLookupTable, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData, vtkUnstructuredGrid
from vtkmodules.vtkFiltersCore import vtkTubeFilter
from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter
from vtkmodules.vtkFiltersSources import vtkSphereSource
from vtkmodules.vtkIOImage import vtkPNGWriter
from vtkmodules.vtkRenderingAnnotation import vtkScalarBarActor
from vtkmodules.vtkRenderingCore import (vtkActor, vtkGlyph3DMapper, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow,
                                         vtkWindowToImageFilter)

SIZE = (900, 760)
MANY = 20000  # grains; above it spheres are drawn coarser
TRIAL = ("import vtkmodules.vtkRenderingOpenGL2; from vtkmodules.vtkRenderingCore import vtkRenderWindow as W;"
         "w = W(); w.SetOffScreenRendering(1); w.SetSize(8, 8); w.Render()")


def can_render(prefix=()):
    done = subprocess.run([*prefix, sys.executable, "-c", TRIAL], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def cividis(low, high):
    """A map that looks the same to most eyes (Nunez, Anderton & Renslow, PLoS ONE 13, e0199239, 2018)."""
    from matplotlib import colormaps
    table = vtkLookupTable()
    table.SetNumberOfTableValues(256)
    for k, colour in enumerate(colormaps["cividis"](np.linspace(0, 1, 256))):
        table.SetTableValue(k, *colour)
    table.SetTableRange(low, high)
    return table


def poly(points, lines=None, **arrays):
    data = vtkPolyData()
    at = vtkPoints()
    at.SetData(numpy_to_vtk(np.ascontiguousarray(points, float), deep=1))
    data.SetPoints(at)
    if lines is not None:
        cells = vtkCellArray()
        corners = np.ascontiguousarray(lines, np.int64)
        cells.SetData(numpy_to_vtkIdTypeArray(np.arange(len(corners) + 1, dtype=np.int64) * corners.shape[1], deep=1),
                      numpy_to_vtkIdTypeArray(corners.ravel(), deep=1))
        data.SetLines(cells)
    for name, values in arrays.items():
        array = numpy_to_vtk(np.ascontiguousarray(values, float), deep=1)
        array.SetName(name)
        data.GetPointData().AddArray(array)
    return data


def colour_by(mapper, name, table, cells=False):
    mapper.SetLookupTable(table)
    mapper.SetScalarRange(table.GetTableRange())
    mapper.SelectColorArray(name)
    if cells:
        mapper.SetScalarModeToUseCellFieldData()
    else:
        mapper.SetScalarModeToUsePointFieldData()
    mapper.InterpolateScalarsBeforeMappingOff()


class Scene:
    """One picture: white, the axis of the press upwards, seen from in front and above."""

    def __init__(self, grains):
        points, radius = grains["points"], grains["radius_nm"]
        self.low, self.high = (points - radius[:, None]).min(axis=0), (points + radius[:, None]).max(axis=0)
        self.middle = (self.low + self.high) / 2
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(1, 1, 1)
        self.renderer.UseFXAAOn()

    def add(self, mapper, colour=None, opacity=1.0):
        actor = vtkActor()
        actor.SetMapper(mapper)
        if colour:
            mapper.ScalarVisibilityOff()
            actor.GetProperty().SetColor(*colour)
        actor.GetProperty().SetOpacity(opacity)
        self.renderer.AddActor(actor)
        return actor

    def open_side(self, points):
        """False in the quarter towards the viewer."""
        return ~((points[:, 0] > self.middle[0]) & (points[:, 1] < self.middle[1]))

    def spheres(self, points, radius, values=None, table=None, colour=None, opacity=1.0):
        ball = vtkSphereSource()
        ball.SetRadius(1.0)
        fine = len(points) < MANY
        ball.SetThetaResolution(20 if fine else 10)
        ball.SetPhiResolution(14 if fine else 8)
        mapper = vtkGlyph3DMapper()
        mapper.SetSourceConnection(ball.GetOutputPort())
        mapper.SetInputData(poly(points, radius=radius, value=radius if values is None else values))
        mapper.SetScaleArray("radius")
        mapper.SetScaleModeToScaleByMagnitude()
        if table:
            colour_by(mapper, "value", table)
        self.add(mapper, colour, opacity)

    def tubes(self, ends, radius, values, table):
        """ends [n, 2, 3]; radius [nm] and the value of each."""
        lines = np.arange(2 * len(ends)).reshape(-1, 2)
        tube = vtkTubeFilter()
        tube.SetInputData(poly(ends.reshape(-1, 3), lines, radius=np.repeat(radius, 2), value=np.repeat(values, 2)))
        tube.SetInputArrayToProcess(0, 0, 0, 0, "radius")
        tube.SetVaryRadiusToVaryRadiusByAbsoluteScalar()
        tube.SetNumberOfSides(8)
        mapper = vtkPolyDataMapper()
        mapper.SetInputConnection(tube.GetOutputPort())
        colour_by(mapper, "value", table)
        self.add(mapper)

    def tools(self, frame):
        """Die and punches, translucent, from the surfaces the run wrote."""
        from vtkmodules.vtkIOLegacy import vtkPolyDataReader
        if not frame["path"]["tools"]:
            return
        reader = vtkPolyDataReader()
        reader.SetFileName(str(frame["path"]["tools"]))
        reader.Update()
        place = vtk_to_numpy(reader.GetOutput().GetPoints().GetData())
        np.minimum(place[:, 2], self.high[2] + 0.12 * (self.high[2] - self.low[2]), out=place[:, 2])  # the empty die above is cut
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(reader.GetOutput())
        actor = self.add(mapper, (0.45, 0.55, 0.65), 0.13)
        actor.GetProperty().LightingOff()

    def bar(self, table, title):
        bar = vtkScalarBarActor()
        bar.SetLookupTable(table)
        bar.SetTitle(title + "\n ")
        bar.SetNumberOfLabels(5)
        bar.SetLabelFormat("%.3g")
        bar.UnconstrainedFontSizeOn()
        for text, size in ((bar.GetTitleTextProperty(), 32), (bar.GetLabelTextProperty(), 30)):
            text.SetColor(0, 0, 0)
            text.SetFontSize(size)
            text.ShadowOff()
            text.ItalicOff()
            text.BoldOff()
        bar.SetWidth(0.09)
        bar.SetHeight(0.62)
        bar.SetPosition(0.86, 0.2)
        self.renderer.AddActor2D(bar)

    def write(self, path):
        camera = self.renderer.GetActiveCamera()
        size = np.linalg.norm(self.high - self.low)
        camera.SetFocalPoint(*(self.middle + [0.08 * size, 0.07 * size, 0]))
        camera.SetPosition(*(self.middle + size * np.array([1.0, -1.22, 0.74])))
        camera.SetViewUp(0, 0, 1)
        camera.SetViewAngle(33)
        self.renderer.ResetCameraClippingRange()
        window = vtkRenderWindow()
        window.SetOffScreenRendering(1)
        window.SetMultiSamples(0)
        window.SetSize(*SIZE)
        if any(actor.GetProperty().GetOpacity() < 1 for actor in self.renderer.GetActors()):
            window.SetAlphaBitPlanes(1)
            self.renderer.UseDepthPeelingOn()
        window.AddRenderer(self.renderer)
        window.Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(window)
        grab.ReadFrontBufferOff()
        writer = vtkPNGWriter()
        writer.SetFileName(str(path))
        writer.SetInputConnection(grab.GetOutputPort())
        writer.Write()
        window.Finalize()


def stress_picture(frame, path):
    grains = frame["grains"]
    if "q_GPa" not in grains:
        return None
    scene = Scene(grains)
    table = cividis(0, float(np.quantile(grains["q_GPa"], 0.98)) or 1.0)
    kept = scene.open_side(grains["points"])
    scene.spheres(grains["points"][kept], grains["radius_nm"][kept], grains["q_GPa"][kept], table)
    scene.tools(frame)
    scene.bar(table, "q [GPa]")
    scene.write(path)
    return "Grains, cut open", "Deviatoric (von Mises) stress of each grain; die and punches translucent."


def chain_picture(frame, path):
    if frame["c"] is None or "link" not in frame or not frame["link"].any():
        return None
    grains, c, link = frame["grains"], frame["c"], frame["link"]
    scene = Scene(grains)
    r = float(grains["radius_nm"].mean())
    fn = c.fn[link]
    table = cividis(0, float(np.quantile(fn, 0.98)) or 1.0)
    ends = np.stack([grains["points"][c.i[link]], grains["points"][c.j[link]]], axis=1)
    scene.tubes(ends, r * (0.12 + 0.4 * np.sqrt(np.clip(fn / np.quantile(fn, 0.98), 0, 1))), fn, table)
    if len(grains["points"]) < MANY:
        chained = frame["chain"] >= 0
        scene.spheres(grains["points"][chained], grains["radius_nm"][chained], colour=(0.6, 0.6, 0.65), opacity=0.22)
    scene.tools(frame)
    scene.bar(table, "fn [nN]")
    scene.write(path)
    return "Force chains", "Links of the chains, thicker and brighter with the normal force; the grains they run through are translucent."


def bond_picture(frame, path):
    grains, c = frame["grains"], frame["c"]
    if c is None or "neck_radius_nm" not in c.array:
        return None
    neck = c.array["neck_radius_nm"]
    scene = Scene(grains)
    bonded = neck > 0
    middle = (grains["points"][c.i] + grains["points"][c.j]) / 2
    bonded &= scene.open_side(middle)
    if not bonded.any():
        return None
    top = float(np.quantile(neck[bonded], 0.98))
    table = cividis(0, top)
    ends = np.stack([grains["points"][c.i[bonded]], grains["points"][c.j[bonded]]], axis=1)
    scene.tubes(ends, 0.6 * np.minimum(neck[bonded], top), neck[bonded], table)
    scene.tools(frame)
    scene.bar(table, "neck [nm]")
    scene.write(path)
    return "Bonded network, cut open", "A rod for each bond, from centre to centre, 0.6 of its neck wide; colour: neck radius."


def element_picture(frame, path, array, title, text):
    mesh = frame["meshed"]
    if not mesh or array not in mesh or not len(mesh["cells"]) or not mesh[array].max() > 0:
        return None
    scene = Scene(frame["grains"])
    grid = vtkUnstructuredGrid()
    at = vtkPoints()
    at.SetData(numpy_to_vtk(np.ascontiguousarray(mesh["points"], float), deep=1))
    grid.SetPoints(at)
    corners = mesh["cells"].astype(np.int64)
    kept = scene.open_side(mesh["points"][corners].mean(axis=1))
    corners, values = corners[kept], mesh[array][kept]
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(np.arange(len(corners) + 1, dtype=np.int64) * 8, deep=1), numpy_to_vtkIdTypeArray(corners.ravel(), deep=1))
    grid.SetCells(12, cells)
    shown = numpy_to_vtk(np.ascontiguousarray(values, float), deep=1)
    shown.SetName("value")
    grid.GetCellData().AddArray(shown)
    surface = vtkGeometryFilter()
    surface.SetInputData(grid)
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(surface.GetOutputPort())
    table = cividis(0, float(np.quantile(mesh[array], 0.995)) or 1.0)
    colour_by(mapper, "value", table, cells=True)
    actor = scene.add(mapper)
    actor.GetProperty().EdgeVisibilityOn()
    actor.GetProperty().SetEdgeColor(0.25, 0.25, 0.25)
    actor.GetProperty().SetLineWidth(0.5)
    scene.tools(frame)
    scene.bar(table, title)
    scene.write(path)
    return "Inside meshed grains", f"{text} of the elements; the quarter towards the viewer is cut away, whole elements at a time."


def mises_picture(frame, path):
    return element_picture(frame, path, "von_mises_GPa", "von Mises\n[GPa]", "Von Mises stress")


def plastic_picture(frame, path):
    return element_picture(frame, path, "plastic_strain", "plastic\nstrain", "Accumulated plastic strain")


PICTURES = [("grains_stress", stress_picture), ("force_chains", chain_picture), ("bonds", bond_picture), ("elements", mises_picture),
            ("plastic_strain", plastic_picture)]


def draw_here(run, folder):
    """In this process: one line per picture, tab-separated."""
    import report_plots
    import run_folder
    import structure
    import vtk_frame
    view = report_plots.View(run_folder.Run(run), vtk_frame.read_frame)
    frame = view.loaded() or next(iter(view.frames.values()), None)
    if frame and frame["c"]:
        _, frame["chain"], frame["link"] = structure.force_chains(frame["grains"], frame["c"])
    for name, picture in PICTURES:
        made = picture(frame, Path(folder) / f"{name}.png") if frame else None
        if made:
            print(f"{name}\t{made[0]}\t{made[1]} At {frame['load']:.3g} GPa, {frame['time']:.4g} ns.", flush=True)


def draw(view, folder):
    """([(title, caption, path)], why there are none) of a run's frame under the greatest load."""
    if not view.frames:
        return [], "There are no VTK frames to draw (deck: output: vtk_every)."
    prefix = ()
    if not os.environ.get("DISPLAY") and shutil.which("xvfb-run"):
        prefix = ("xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -noreset")  # a server that starts anew between two windows loses one
    if not can_render(prefix):
        return [], "VTK cannot render here: it needs a screen, or xvfb-run (Debian: apt-get install xvfb), or a VTK built with OSMesa or EGL."
    done = subprocess.run([*prefix, sys.executable, __file__, str(view.run.folder), "-o", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    made = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 2]
    reason = "" if done.returncode == 0 else f"Drawing stopped: {(done.stderr.strip().splitlines() or ['exit code %d' % done.returncode])[-1]}"
    return [(title, caption, Path(folder) / f"{name}.png") for name, title, caption in made], reason


def main():
    import argparse
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("-o", "--output", default=".", help="folder of the pictures")
    args = parser.parse_args()
    draw_here(args.run, args.output)


if __name__ == "__main__":
    main()
