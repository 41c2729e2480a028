# SPDX-License-Identifier: Apache-2.0
"""The settings, a row each, made from the table; what is changed acts at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from mixassist.gui import paint
from mixassist.gui.panels.sheet import Sheet
from mixassist.gui.settings import Settings
from mixassist.gui.settings_schema import SCHEMA, SETTING, Setting, SettingError
from mixassist.gui.widgets.check_box import CheckBox
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.spin_box import DoubleSpinBox, SpinBox


def translated(text: str) -> str:
    """Returns a text of the table of settings in the user's language."""
    return QCoreApplication.translate("settings", text)


class SettingsDialog(Sheet):
    """Shows every setting that has a group; `controls` holds the widgets by key."""

    def __init__(self, settings: Settings, parent: QWidget | None) -> None:
        super().__init__("settings", parent)
        self._settings = settings
        self.controls: dict[str, QWidget] = {}
        self._show: dict[str, Callable[[Any], object]] = {}
        self._resets: dict[str, PushButton] = {}
        self._stops: list[Callable[[], None]] = []
        self.message = QLabel("", self)
        self.message.setObjectName("settings.message")
        self.message.setWordWrap(True)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget(area)
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(4, 0, 12, 0)
        self._column.setSpacing(18)
        for group in dict.fromkeys(s.group for s in SCHEMA if s.group):
            self._add_group(group)
        self._column.addStretch(1)
        area.setWidget(holder)
        self.body.addWidget(area, 1)
        self.body.addWidget(self.message)
        self.reset_all = self.add_button(self.tr("All defaults"), self._reset_all, "reset_all", left=True)
        self.finish(self.tr("Settings"), 620, 620)
        self.finished.connect(self._let_go)
        self._refresh_resets()
        next(iter(self.controls.values())).setFocus()

    def _add_group(self, group: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        heading = QLabel(translated(group), self)
        heading.setFont(paint.sized(self.font(), 14, bold=True))
        grid.addWidget(heading, 0, 0, 1, 3)
        grid.setRowMinimumHeight(1, 4)
        for number, setting in enumerate(s for s in SCHEMA if s.group == group):
            self._add_row(grid, 2 + 3 * number, setting)
        self._column.addLayout(grid)

    def _add_row(self, grid: QGridLayout, row: int, setting: Setting) -> None:
        label = QLabel(translated(setting.label), self)
        # The groups' columns stand below one another.
        widths = (label.fontMetrics().horizontalAdvance(translated(s.label)) for s in SCHEMA if s.label)
        label.setMinimumWidth(max(widths))
        control = self._control(setting)
        control.setObjectName(f"setting.{setting.key}")
        control.setAccessibleName(translated(setting.label))
        control.setAccessibleDescription(translated(setting.description))
        control.setToolTip(translated(setting.description))
        reset = PushButton(self.tr("Default"), self)
        reset.setObjectName(f"setting.{setting.key}.reset")
        reset.setAccessibleName(self.tr("{0}: back to its default").format(translated(setting.label)))
        reset.setAutoDefault(False)
        reset.clicked.connect(lambda: self._settings.reset(setting.key))
        words = QLabel(translated(setting.description), self)
        words.setWordWrap(True)
        words.setProperty("dim", True)
        grid.addWidget(label, row, 0)
        grid.addWidget(control, row, 1)
        grid.addWidget(reset, row, 2)
        grid.addWidget(words, row + 1, 1, 1, 2)
        grid.setRowMinimumHeight(row + 2, 6)
        self.controls[setting.key] = control
        self._resets[setting.key] = reset
        self._show[setting.key](getattr(self._settings, setting.key))
        self._stops.append(self._settings.listen(setting.key, lambda value: self._changed(setting.key, value)))

    def _control(self, setting: Setting) -> QWidget:
        if setting.choices:
            return self._chooser(setting)
        if isinstance(setting.default, bool):
            box = CheckBox(self)
            box.toggled.connect(lambda on: self._take(setting.key, on))
            self._show[setting.key] = box.setChecked
            return box
        if isinstance(setting.default, (int, float)):
            return self._number(setting)
        field = QLineEdit(self)
        field.setMinimumHeight(28)
        field.editingFinished.connect(lambda: self._take(setting.key, field.text()))
        self._show[setting.key] = field.setText
        return field

    def _chooser(self, setting: Setting) -> QWidget:
        combo = FlatCombo(self, height=28)
        for value, words in setting.offered():
            combo.addItem(translated(words) if words else self.tr("As the program sees fit"), value)

        def show(value: Any) -> None:
            if combo.findData(value) < 0:
                combo.addItem(self.tr("{0} (not there now)").format(value), value)
            combo.setCurrentIndex(combo.findData(value))

        combo.activated.connect(lambda index: self._take(setting.key, combo.itemData(index)))
        self._show[setting.key] = show
        return combo

    def _number(self, setting: Setting) -> QWidget:
        if isinstance(setting.default, float):
            fraction = DoubleSpinBox(self)
            fraction.setDecimals(setting.decimals)
            box: SpinBox | DoubleSpinBox = fraction
        else:
            box = SpinBox(self)
        kind = type(setting.default)
        box.setRange(kind(setting.least), kind(setting.most))
        box.setSingleStep(kind(setting.step))
        box.setSuffix(f" {setting.unit}" if setting.unit else "")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._take(setting.key, value))
        self._show[setting.key] = box.setValue
        return box

    def _take(self, key: str, value: Any) -> None:
        try:
            setattr(self._settings, key, value)
        except SettingError as error:
            self.message.setText(str(error))
            self._show[key](getattr(self._settings, key))
        else:
            self.message.setText("")

    def _changed(self, key: str, value: Any) -> None:
        self._show[key](value)
        self._refresh_resets()

    def _refresh_resets(self) -> None:
        different = {key for key in self.controls if getattr(self._settings, key) != SETTING[key].default}
        for key, button in self._resets.items():
            button.setEnabled(key in different)
        self.reset_all.setEnabled(bool(different))

    def _reset_all(self) -> None:
        for key in self.controls:
            self._settings.reset(key)

    def _let_go(self) -> None:
        for stop in self._stops:
            stop()
        self._settings.save()
