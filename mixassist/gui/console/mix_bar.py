# SPDX-License-Identifier: Apache-2.0
"""The bar above the strips: the five snapshots, the reference, how much of the prediction, groups and widths."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QWidget

from mixassist.domain.parameters import Group, Parameter, Scale
from mixassist.domain.session import AMOUNT_MAX, Session
from mixassist.domain.slots import SLOTS, present_slot
from mixassist.gui import paint
from mixassist.gui.widgets.action_button import ActionButton
from mixassist.gui.widgets.segmented import SegmentedControl
from mixassist.gui.widgets.value_box import ValueBox

AMOUNT = Parameter(
    "amount", "Amount", Group.OUTPUT, "", 0.0, AMOUNT_MAX, 1.0, Scale.LINEAR, 0.05, 2,
    "How much of the prediction: 0 % is neutral, 100 % what Automix suggested. Locked controls and what you set by "
    "hand stay.",
)  # fmt: skip


class MixBar(QWidget):
    """Shows which snapshot sounds and how much of the prediction; emits what a person wants."""

    slot_picked = Signal(str)
    keep_wanted = Signal(str)
    amount_edited = Signal(float)
    amount_nudged = Signal(float)
    gesture_started = Signal()
    gesture_ended = Signal()
    refused = Signal(str)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mixbar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._actions = actions
        words = {"Start": self.tr("Start"), "Predicted": self.tr("Predicted"), "Mine": self.tr("Mine")}
        self.slots = SegmentedControl(tuple((name, words.get(name, name)) for name in SLOTS), "snapshot", self)
        self.match = ActionButton("=", actions["match_levels"], self)
        self.match_words = QLabel("", self)
        self.match_words.setObjectName("match")
        self.reference = ActionButton(self.tr("Reference"), actions["listen_reference"], self)
        self.amount = ValueBox(AMOUNT, self, caption=self.tr("Amount"))
        self.group = ActionButton(self.tr("Group"), actions["group"], self)
        self.wide = ActionButton(self.tr("Wide"), actions["wide_strips"], self)
        self._name_widgets()
        self._lay_out()
        self._connect()

    def _name_widgets(self) -> None:
        for number, name in enumerate(SLOTS, 1):
            segment = self.slots.segments[name]
            segment.setAccessibleName(self.tr("Snapshot {0}").format(segment.text()))
            segment.setToolTip(self._actions[f"slot_{number}"].toolTip())
            if number > 2:
                segment.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                segment.customContextMenuRequested.connect(lambda at, n=name: self._open_slot_menu(n, at))
        self.amount.setObjectName("amount")
        self.amount.setAccessibleName(self.tr("Amount of the prediction"))
        self.amount.setFixedSize(148, 24)
        self.match_words.setFont(paint.sized(self.font(), 11))
        self.match_words.setProperty("dim", True)
        self.reference.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.reference.customContextMenuRequested.connect(self._open_reference_menu)

    def minimumSizeHint(self) -> QSize:
        return QSize(400, self.sizeHint().height())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        for widget in (self.slots, self.match, self.match_words, self.reference):
            row.addWidget(widget)
        row.addStretch(1)
        for control in (self.amount, self.group, self.wide):
            row.addWidget(control)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window what menus and keys do as well makes room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        words = self.match_words.sizeHint().width() if self.match_words.text() else 0
        self.amount.setFixedWidth(148 if self.width() >= 660 + words else 104)
        for widget, least in (
            (self.wide, 588 + words), (self.group, 536 + words), (self.match_words, 540), (self.reference, 500),
        ):  # fmt: skip
            widget.setVisible(self.width() >= least)

    def _connect(self) -> None:
        self.slots.picked.connect(self.slot_picked)
        self.amount.edited.connect(self.amount_edited)
        self.amount.nudged.connect(self.amount_nudged)
        self.amount.gesture_started.connect(self.gesture_started)
        self.amount.gesture_ended.connect(self.gesture_ended)
        self.amount.refused.connect(self.refused)
        self.amount.prediction_wanted.connect(lambda: self.amount_edited.emit(1.0))

    def show_session(self, session: Session) -> None:
        """Shows a session's snapshot and amount; emits nothing."""
        predicted = any(t.channel.prediction is not None for t in session.tracks)
        self.amount.setEnabled(predicted)
        self.amount.show_value(session.amount, 1.0 if predicted else None)
        self.slots.segments["Predicted"].setEnabled(predicted)
        self.slots.setEnabled(bool(session.tracks))
        self.slots.show_choice(present_slot(session))
        if session.reference is None:
            self.reference.show_words(self.tr("Reference…"))
        else:
            self.reference.show_words(_short(session.reference.name))

    def show_match(self, gain_db: float | None) -> None:
        """Says by how much what sounds is turned to be as loud as the mix; None where nothing is compared."""
        words = "" if gain_db is None else f"{gain_db:+.1f} dB".replace("-", "−")
        self.match_words.setText(words)
        self._fit()
        self.match_words.setToolTip(self.tr("Turned by this much to be as loud as your mix") if words else "")

    def _open_slot_menu(self, name: str, at: QPoint) -> None:
        menu = QMenu(self)
        keep = menu.addAction(self.tr("Keep the present mix as {0}").format(name))
        keep.triggered.connect(lambda: self.keep_wanted.emit(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.slots.segments[name].mapToGlobal(at))

    def _open_reference_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for name in ("set_reference", "remove_reference"):
            menu.addAction(self._actions[name])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.reference.mapToGlobal(at))


def _short(name: str, most: int = 18) -> str:
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most // 2) :]}"
