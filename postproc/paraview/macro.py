"""The views of a run in ParaView's window: as a macro (Macros, Import new macro; then open grains.vtk.series, select it in the
pipeline and press the macro's button), or by ./mint view RUN, which names the run in NANOMINT_RUN."""
import os
import sys

from paraview import simple as pv

HOME = os.environ.get("NANOMINT_PARAVIEW") or os.path.dirname(os.path.abspath(globals().get("__file__", "")))
sys.path.insert(0, HOME)
try:
    import views
except ImportError:
    raise ImportError("views.py of nanomint is not beside this macro: set NANOMINT_PARAVIEW to the folder postproc/paraview") from None


def folder_of_run():
    """From the environment, or of the source that is selected."""
    if os.environ.get("NANOMINT_RUN"):
        return os.environ["NANOMINT_RUN"]
    source = pv.GetActiveSource()
    files = getattr(source, "FileNames", None) or getattr(source, "FileName", None)
    if not files:
        raise RuntimeError("select grains.vtk.series of a run in the pipeline browser first")
    return os.path.dirname(files if isinstance(files, str) else files[0])


def main():
    folder = folder_of_run()
    try:
        base = views.open_series(folder, "grains")
    except views.Missing as error:
        print(f"nanomint: {error}")
        return
    scene = pv.GetAnimationScene()
    scene.UpdateAnimationUsingDataTimeSteps()
    scene.GoToLast()
    layout = pv.CreateLayout("nanomint")
    place, pending = 0, 0
    for name in views.VIEWS:
        view = pv.CreateView("RenderView")
        views.prepare(view)
        view.ViewTime = scene.AnimationTime
        try:
            views.fill(view, folder, name, letters=12, angle=38)
        except views.Missing as error:
            print(f"nanomint: no view of {name}: {error}")
            pv.Delete(view)
            continue
        if pending:
            place = layout.SplitHorizontal(place, 0.5) + 1 if pending % 2 else layout.SplitVertical(place, 0.5) + 1
        pv.AssignViewToLayout(view=view, layout=layout, hint=place)
        pending += 1
    pv.SetActiveSource(base)
    pv.RenderAllViews()


main()
