# SPDX-License-Identifier: Apache-2.0
"""One theme, dark and light: colours, fonts and the little style sheet for stock widgets."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from mixassist.domain.instruments import INSTRUMENT


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb; text colours keep 4.5:1 against `window`, `panel` and `raised`."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    sunken: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    mute: str
    solo: str
    lock: str
    on_lamp: str
    ghost: str
    low: str
    middle: str
    high: str
    warning: str
    families: tuple[tuple[str, str], ...]

    def colour(self, role: str) -> QColor:
        """Returns a role's colour."""
        return QColor(getattr(self, role))

    def family_colour(self, instrument: str) -> QColor:
        """Returns the colour of an instrument's family; unknown instruments are grey."""
        family = INSTRUMENT[instrument].family if instrument in INSTRUMENT else "other"
        return QColor(dict(self.families).get(family, "#8a97a8"))


_DARK_FAMILIES = (
    ("vocals", "#f27f9f"), ("drums", "#f0a35e"), ("bass", "#9d8cf5"), ("guitars", "#dcc64f"), ("keys", "#62b6f2"),
    ("synths", "#45cdbd"), ("orchestra", "#8fca68"), ("effects", "#c88be6"), ("other", "#93a1b3"),
)  # fmt: skip
_LIGHT_FAMILIES = (
    ("vocals", "#c93766"), ("drums", "#c96f14"), ("bass", "#6a55d0"), ("guitars", "#9a8400"), ("keys", "#1a74b8"),
    ("synths", "#0b8f80"), ("orchestra", "#48821f"), ("effects", "#9a4fc4"), ("other", "#66727f"),
)  # fmt: skip

DARK = Theme(
    name="dark", window="#12151a", panel="#1a1e25", raised="#252b34", hover="#303843", sunken="#0d0f13",
    line="#2d343f", text="#e9edf2", dim="#9ba7b6", accent="#3fd0b3", on_accent="#06241e", mute="#f2a33c",
    solo="#f5d64a", lock="#7fb0ff", on_lamp="#15181d", ghost="#c9a2ff", low="#35c98c", middle="#e8cf48",
    high="#f25c54", warning="#f2a33c", families=_DARK_FAMILIES,
)  # fmt: skip
LIGHT = Theme(
    name="light", window="#e7eaee", panel="#f7f8fa", raised="#ffffff", hover="#e3e8ee", sunken="#dfe3e8",
    line="#cbd2da", text="#171c23", dim="#525e6c", accent="#0a7a68", on_accent="#ffffff", mute="#e08a0b",
    solo="#e2bb00", lock="#2f6fd6", on_lamp="#15181d", ghost="#8a4fe0", low="#1fa870", middle="#d3b000",
    high="#d93a34", warning="#9a5800", families=_LIGHT_FAMILIES,
)  # fmt: skip

BAND_COLOURS = {
    "low_shelf": "#f2777a", "low_mid": "#f0a35e", "mid": "#d9c34a", "high_mid": "#55c98f", "high_shelf": "#62b6f2",
}  # fmt: skip


def theme_of(widget: QWidget) -> Theme:
    """Returns the theme a widget is shown in, read from its palette."""
    return DARK if widget.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def wanted_theme(preference: str) -> Theme:
    """Returns the theme for a preference `dark`, `light` or `system`; without a system scheme it is dark."""
    if preference == "light":
        return LIGHT
    if preference == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light:
        return LIGHT
    return DARK


def palette_for(theme: Theme) -> QPalette:
    """Returns the palette that stock widgets, dialogs and tool tips take their colours from."""
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: theme.window, role.WindowText: theme.text, role.Base: theme.raised, role.Text: theme.text,
        role.AlternateBase: theme.panel, role.Button: theme.raised, role.ButtonText: theme.text,
        role.BrightText: theme.high, role.Highlight: theme.accent, role.HighlightedText: theme.on_accent,
        role.ToolTipBase: theme.raised, role.ToolTipText: theme.text, role.PlaceholderText: theme.dim,
        role.Link: theme.accent, role.Mid: theme.line, role.Dark: theme.line, role.Light: theme.hover,
        role.Midlight: theme.hover, role.Shadow: theme.sunken, role.Accent: theme.accent,
    }  # fmt: skip
    for key, colour in pairs.items():
        palette.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, mixed(theme.colour("text"), theme.colour("window"), 0.58))
    return palette


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Returns a colour between two, `share` 0 … 1 of the way to the second."""
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * share,
        first.greenF() + (second.greenF() - first.greenF()) * share,
        first.blueF() + (second.blueF() - first.blueF()) * share,
    )


def interface_font() -> QFont:
    """Returns the font of the window: the system's own, or a neater one where the system has only DejaVu."""
    font = QApplication.font()
    if sys.platform.startswith("linux"):
        families = set(QFontDatabase.families())
        for name in ("Inter", "Noto Sans", "Ubuntu", "Cantarell", "Open Sans", "Roboto", "Nimbus Sans"):
            if name in families:
                font.setFamily(name)
                break
    font.setPixelSize(12)
    return font


def install_theme(preference: str) -> Theme:
    """Dresses the running application; call again when the preference or the system's scheme changes."""
    theme = wanted_theme(preference)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.style() is None or app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setFont(interface_font())
    app.setPalette(palette_for(theme))
    return theme


def style_sheet(theme: Theme) -> str:
    """Returns the style sheet of a window: menus, fields, buttons, scroll bars, tabs. Painted widgets ignore it."""
    return _style_of_fields(theme) + _style_of_views(theme)


def _style_of_fields(t: Theme) -> str:
    """Returns the part of the style sheet for menus, fields and buttons."""
    return f"""
QMainWindow, QDialog {{ background: {t.window}; }}
QMenuBar {{ background: {t.window}; color: {t.text}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.hover}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
QMenu::item:disabled {{ color: {mixed(t.colour("text"), t.colour("panel"), 0.6).name()}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 5px 8px; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; padding: 4px; }}
QStatusBar {{ background: {t.window}; color: {t.dim}; }}
QStatusBar::item {{ border: none; }}
QLineEdit {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; border-radius: 4px; padding: 2px 5px;
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:focus {{ border-color: {t.accent}; }}
QComboBox, QPushButton, QToolButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
  border-radius: 5px; padding: 4px 10px; }}
QToolButton[popupMode="2"] {{ padding-right: 20px; }}
QToolButton::menu-indicator {{ subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }}
QFileDialog QToolButton {{ padding: 3px; }}
QComboBox:hover, QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
QComboBox:focus, QPushButton:focus, QToolButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled
  {{ color: {mixed(t.colour("text"), t.colour("window"), 0.6).name()}; }}
QPushButton:checked {{ background: {mixed(t.colour("raised"), t.colour("accent"), 0.3).name()};
  border-color: {t.accent}; }}
QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
  font-weight: 600; }}
QPushButton[primary="true"]:hover {{ background: {mixed(t.colour("accent"), t.colour("text"), 0.15).name()}; }}
QPushButton[primary="true"]:disabled {{ background: {t.raised}; border-color: {t.line};
  color: {mixed(t.colour("text"), t.colour("window"), 0.6).name()}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 20px; border: none; background: transparent; }}
QAbstractSpinBox::up-button {{ subcontrol-origin: border; subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-origin: border; subcontrol-position: bottom right; }}
QCheckBox::indicator, QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {t.dim}; border-radius: 3px;
  background: {t.sunken}; }}
QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; }}
QCheckBox:focus {{ color: {t.accent}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; outline: none; }}
"""


def _style_of_views(t: Theme) -> str:
    """Returns the part of the style sheet for things that scroll, split and list."""
    return f"""
QScrollArea, QAbstractScrollArea {{ background: {t.window}; border: none; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle {{ background: {mixed(t.colour("line"), t.colour("dim"), 0.35).name()}; border-radius: 3px;
  margin: 2px; min-width: 28px; min-height: 28px; }}
QScrollBar::handle:hover {{ background: {t.dim}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.window}; }}
QSplitter::handle:hover {{ background: {t.accent}; }}
QDialog {{ border: 1px solid {t.line}; }}
QLabel[dim="true"] {{ color: {t.dim}; }}
QAbstractSpinBox {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; border-radius: 4px;
  padding: 2px 6px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QAbstractSpinBox:focus {{ border-color: {t.accent}; }}
QProgressBar {{ background: {t.sunken}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QTreeView, QTreeWidget, QListView, QListWidget, QPlainTextEdit {{ background: {t.panel}; color: {t.text};
  border: 1px solid {t.line}; border-radius: 5px; }}
QTreeView::item {{ padding: 3px 4px; }}
QListView::item {{ padding: 4px; }}
QHeaderView::section {{ background: {t.raised}; color: {t.dim}; border: none; padding: 4px 8px; }}
"""
