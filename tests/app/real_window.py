"""A window whose jobs are done by the real worker, and how a person uses it."""

from PySide6.QtCore import Qt

from workbench.app.pages.data.page import DataPage
from workbench.app.pages.home.page import Home
from workbench.app.pages.split.page import SplitPage
from workbench.app.session.session import Session
from workbench.app.shell.window import MainWindow
from workbench.app.widgets.basic import Button

LONG = 20_000  # milliseconds; a busy machine is no failure
RATINGS = "user,item,rating,time\n" + "".join(
    f"u{i % 5},i{i % 7},{i % 5 + 1},{1_000_000_000 + 86_400 * i}\n" for i in range(35)
)


class RealWindow:
    """The window with its session; `close` ends both."""

    def __init__(self, qtbot, standby, worker):
        self.qtbot = qtbot
        self.session = Session(worker=worker, standby=standby)
        self.window = MainWindow(self.session, [Home, DataPage, SplitPage])
        self.window.resize(1280, 720)
        self.window.show()
        self.window.show_page("data")

    def page(self, name):
        self.window.stack.finish()
        return self.window.stack.made[name]

    @property
    def data(self):
        return self.page("data")

    @property
    def split(self):
        return self.page("split")

    def primary(self):
        """The filled button at the top right."""
        shown = [one for one in self.window.header.findChildren(Button) if one.property("kind") == "primary"]
        return next(one for one in shown if one.isVisible())

    def button(self, text):
        shown = [one for one in self.window.findChildren(Button) if one.text() == text and one.isVisible()]
        return shown[0]

    def click(self, widget):
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def until(self, true):
        self.qtbot.waitUntil(lambda: bool(true()), timeout=LONG)

    def offer(self, *paths):
        """Drop files, and wait until their first rows, or what is wrong with them, can be seen."""
        self.session.offer_files(list(paths))
        self.until(lambda: self.data._looking is None and self.data._sorting.pending is None)

    def read(self, *paths, way=None):
        """Drop files, say what they are to the open project, take what is guessed, and wait until all of it is shown."""
        self.offer(*paths)
        if way is not None:
            self.click(self.data.sheet.belongs.ways.buttons[way])
            self.until(lambda: self.data._looking is None)
        before = self.session.data
        self.click(self.primary())
        self.until(lambda: self.session.data is not before and self.data.stack.currentWidget() is self.data.glance)
        self.until(lambda: not self.data.glance.rows._counting.busy)

    def head(self, column):
        """What stands over a column of the sheet."""
        return self.data.sheet.table.head.heads[column]

    def cells(self, table):
        model = table.model()
        return [
            [model.index(r, c).data() for c in range(model.columnCount())] for r in range(min(50, model.rowCount()))
        ]

    def close(self):
        self.window.close()
        self.window.deleteLater()
