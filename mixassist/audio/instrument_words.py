# SPDX-License-Identifier: Apache-2.0
"""The words engineers put into track names, and what they mean: English, German, French, Spanish, Italian, Portuguese.

Words stand in lower case without accents; several words joined by `_` are a phrase; `#` is any number. Before each
block stand the instrument and how sure one can be of it when the word stands alone.
"""

from __future__ import annotations

_TABLE = """
lead_vocal 0.97
    lead_vox lead_vocal lead_vocals lead_voc lead_voice ld_vox ld_voc ld_vocal ld_v main_vox main_vocal main_vocals
    main_voice vox_lead vocal_lead voc_lead vox_main vocal_main ldvox ldv ldvoc leadvox leadvoc l_vox hauptstimme
    leadgesang voix_lead voix_principale voce_solista voz_principal voz_lider voce_principale voz_solista chant_lead
    chant_principal cantante
lead_vocal 0.8
    vox vocal vocals voc vocs voice singer sing singing verse_vox chorus_vox gesang stimme voix chant vx vcl vocl
    vcls voz voces vozes canto voce voci chanteur chanteuse rap raps rapper mc toast spoken_word narrator sprecher
    vocales vocais lv acapella acappella acapellas
lead_vocal 0.5
    ld lead_# lead_comp scratch_vox guide_vox v_# mv soprano tenor baritone alto mezzo
lead_vocal 0.35
    lead v speech
backing_vocal 0.97
    backing_vocal backing_vocals backing_vox backing_voc backing_voice backing_voices bgvox bgvoc background_vocal
    background_vocals background_vox background_voc back_vox back_vocal bgv bgvs back_vocals back_voc back_voice
    bck_vox bck_voc bk_vox bk_voc bk_v bkv bck_v bg_vox bg_voc bg_vocal bg_vocals bg_v bg_vs bgvocals backvox bckvox
    bv bvs bvox bvoc harmony_vox harm_vox vox_harm vox_harmony vocal_harmony harmony_vocal harmony_vocals
    group_vocals gang_vocals gang_vox vox_bg vocal_bg vox_back vocals_back chor choir chorus_choir choeur choeurs
    coro coros cori coral hintergrundgesang backgroundgesang backings backing_gesang zweitstimme bcv segunda_voz
    voz_de_fondo voces_de_fondo segunda_voce seconde_voix voix_choeur corista coristas chorstimmen chorstimme chore
backing_vocal 0.9
    vox_double vocal_double vox_dbl voc_dbl vocal_dbl vox_dub double_vox dbl_vox doubles_vox
backing_vocal 0.85
    ooh oohs ohs aah aahs ahh ahhh aahh ahs uhs oohh ahhhh adlib adlibs ad_lib ad_libs gang chant_gang
backing_vocal 0.7
    harmony harmonies harm harms bg bgd backing background bkg bck back backin shout shouts crowd_vox whisper
    whispers vocoder stacks vox_stack hum hums la_la
kick 0.97
    kick kicks kik kck kd bd bassdrum bass_drum bassdrums kickdrum kick_drum bombo bombos grosse_caisse grosstrommel
    grosse_trommel fusstrommel grancassa gran_cassa cassa bumbo kick_in kick_out kin kout k_in k_out k_sub subkick
    sub_kick kicksub kick_sub kickin kickout kickinside kickoutside
kick 0.6
    kk batter
snare 0.97
    snare snares snr sn sd snare_drum snaredrum snare_top snare_bottom snt snb sntop snbot caisse_claire
    kleine_trommel snaretop snarebottom rullante tarola redoblante caixa rim rimshot rim_shot sidestick side_stick
    cross_stick crossstick s_top s_bot s_bottom cc
snare 0.8
    caja clap claps handclap handclaps hand_clap palmas klatschen clp
hihat 0.97
    hihat hihats hi_hat hi_hats hh hhat hat hats highhat high_hat charley charleston chimbal contratempo charles
    hiat contratiempo closed_hat open_hat ohh chh hihatclosed hihatopen
tom 0.97
    tom toms tomtom floor_tom rack_tom rack_toms ftom fltom fl_tom flr_tom floortom racktom hightom lowtom midtom
    standtom stand_tom hangetom tom_floor tom_rack tom_f timbalao surdo_tom goliat
tom 0.7
    floor rack flr ft rt t_#
cymbals 0.95
    cymbal cymbals cym cyms crash crashes ride rides china splash splashes becken crashbecken cymbale cymbales
    platillo platillos piatto piatti prato pratos ridebell crashl crashr ridel ridelbell
overhead 0.96
    overhead overheads over_head over_heads oh ohl ohr oh_l oh_r ovh ovhd ohead oheads st_oh drum_oh aereo aereos
    panoramici panoramicos ov_heads stoh
overhead 0.4
    coles glyn_johns
room 0.96
    drum_room drums_room drum_rooms dr_room dr_rm drm_room room_drums drum_ambience drum_amb raum_drums
room 0.7
    room rooms rm rms roomies amb ambience ambient raum raummikro sala ambiente ambiance ambi knee_mic far_mic ambl
    ambr
drum_kit 0.9
    drum drums drumkit drum_kit drumset drum_set kit schlagzeug batterie bateria batteria tambores drumloop
    drum_loop drum_loops beat beats breakbeat break_beat drum_machine drummachine rhythmusgruppe drms trap_kit
drum_kit 0.6
    dr drm loop loops break breaks tops top_loop fill fills groove perc_loop boite_a_rythme caisses tr_808 909 linn
    tr_909 battery trommeln trommel
percussion 0.95
    percussion percussions perc percs prc shaker shakers shkr tambourine tambourines tamb tambo tmb tambor conga
    congas bongo bongos cowbell cow_bell cabasa cajon cajo djembe guiro guira maracas maraca clave claves timbale
    timbales triangle triangel triangulo triangolo woodblock wood_block block castanets udu tabla agogo surdo
    pandeiro pandeireta tamborim cuica repique snap snaps finger_snaps fingersnaps schellenkranz tamburin tambourin
    rassel schlagwerk percusion percussao percussioni perkussion timpani timp pauken bells sleigh_bells chimes
    windchime windchimes wind_chimes gong taiko frame_drum bodhran doumbek darbuka egg_shaker sonagli campanelli
    vibraslap cymbal_roll bell stomp stomps foot_stomp sticks stick_click
bass 0.95
    bass basses bss bas bassgtr bassgit bassguitar bass_guitar bass_gtr bass_git bassdi bassamp bass_di bass_amp
    basse bajo baixo basso kontrabass contrabass contrabasse contrabajo contrabbasso contrabaixo double_bass
    upright_bass uprightbass standup_bass e_bass ebass synthbass synth_bass sy_bass sybass subbass sub_bass bassline
    bass_line fretless slap_bass moog_bass acid_bass bass_synth basssynth reese bajo_electrico basse_electrique
    basso_elettrico baixo_eletrico bass_pad pad_bass bass_stab piano_bass bajoquinto contrebasse
    contrebasse_a_cordes
bass 0.65
    sub subs 808 303 tb303 low_end bs bx
electric_guitar 0.97
    electric_guitar electric_guitars electric_gtr elec_gtr elec_guitar el_gtr el_guitar e_gtr e_guitar e_git egtr
    egt egit eguitar elgtr elecgtr elec_gt e_gt e_gitarre egitarre guitare_electrique guitarra_electrica
    chitarra_elettrica guitarra_eletrica lead_guitar lead_gtr lead_git leadgtr rhythm_guitar rhythm_gtr rhy_gtr
    rhythmgtr rhygtr rgtr gtr_solo solo_gtr guitar_solo dist_gtr clean_gtr clean_guitar crunch_gtr dirty_gtr
    heavy_gtr hvy_gtr gtr_lead gtr_rhythm slide_guitar ebow pedal_steel lap_steel pedalsteel lapsteel
    baritone_guitar stratocaster telecaster strat tele les_paul hollowbody fuzz_gtr power_chords distorted_guitar
    gtr_amp gtramp gtr_cab leslie_gtr
electric_guitar 0.8
    guitar guitars gtr gtrs git gits gt gts guit guits guitare guitares gitarre gitarren guitarra guitarras chitarra
    chitarre guitarra_solo gtrl gtrr gtar gitar gita gta gtb gtc gtd gte mgtr hgtr
electric_guitar 0.65
    electric elec riff riffs powerchord shredding shred twang marshall fender supro solo vox_ac30 ac30
electric_guitar 0.3
    slide rhythm rhy dist lick licks
acoustic_guitar 0.97
    acoustic_guitar acoustic_guitars acoustic_gtr acoustic_git acoustic_gt ac_gtr ac_guitar ac_git ac_gt ac_guit
    act_guit a_gtr a_guit a_guitar a_git agtr agt agit aguit aguitar acgtr acgt acgit acgtrs acguit aco_gtr acou_gtr
    acoust_gtr akustikgitarre akustik_gitarre westerngitarre konzertgitarre a_gitarre guitare_acoustique
    guitare_seche guitare_folk guitarra_acustica chitarra_acustica violao violoes nylon_guitar nylon_gtr nylon
    classical_guitar spanish_guitar flamenco_guitar 12_string twelve_string 12string steel_string dreadnought
    guitarra_criolla guitarra_espanola chitarra_classica folk_guitar
acoustic_guitar 0.9
    ukulele uke mandolin mandoline mandolina bandolim mando banjo bouzouki charango cavaquinho cuatro dobro
    resonator oud lute laute sitar tres requinto bandola balalaika saz koto guzheng ukelele
acoustic_guitar 0.75
    acoustic acoustics akustik acustica acoustique strum strums strumming fingerpick picking acou
piano 0.96
    piano pianos pno pf grand_piano grand upright_piano klavier fluegel flugel konzertfluegel pianoforte piano_droit
    piano_de_cola piano_a_coda tack_piano felt_piano piano_l piano_r honky_tonk pian pno_l pno_r
organ 0.96
    organ organs b_3 org orgel orgue organo orgao hammond b3 farfisa vox_continental drawbar church_organ hammondorgel
    kirchenorgel organo_hammond harmonium pump_organ c3
keys 0.95
    rhodes rhds wurli wurly wurlitzer wurlz wrlz wurl electric_piano e_piano el_piano elec_piano epiano ep ekeys
    e_keys clavinet clav clavi keyboard keyboards keys key keyz kbd kybd kb tasten clavier claviers teclado teclados
    tastiera tastiere accordion accordian akkordeon accordeon acordeon acordeao fisarmonica bandoneon melodica
    harpsichord cembalo clavecin clavicembalo clavicordio celesta celeste celestina mellotron glockenspiel glock
    vibraphone vibes vibraphon vibrafono marimba xylophone xylophon kalimba steelpan steel_drum steeldrum toy_piano
    dx7 piano_electrique piano_elettrico piano_electrico music_box
keys 0.7
    mallet mallets
synth_lead 0.93
    synth_lead lead_synth syn_lead lead_syn synthlead arp arps arpeggio arpeggios arpeggiator arpege pluck plucks
    theremin synth_solo sawtooth saw supersaw hook_synth synth_hook synth_melody juno_lead
synth_lead 0.75
    synth synths syn synthesizer synthesiser synthetiseur sintetizador sintetizzatore synthe moog minimoog minilogue
    prophet juno jupiter serum massive sylenth nord virus stab stabs sequence sequencer seq chip sintes sinte
    chiptune bleep bleeps sy blips modular bitcrush
synth_pad 0.93
    pad pads synth_pad pad_synth synthpad syn_pad padsynth flaeche flachen flaechen nappe nappes tappeto
    synth_strings synthstrings colchon soundscape_pad atmo_pad warm_pad string_pad choir_pad vox_pad
synth_pad 0.6
    drone drones swell swells chords chord wash texture textures shimmer warble
strings 0.95
    strings string str strgs violin violins vln vlns vl viola violas vla vlas cello cellos celli vlc fiddle
    violoncello violoncelle violoncelo violon violons violine violinen geige geigen bratsche streicher cordes
    cuerdas archi cordas violino violini violin_# violines orchestra orch orchester orchestre orquesta
    orchestra_strings orquestra harp harfe harpe arpa pizz pizzicato spiccato tremolo_strings quartet erhu
    string_quartet string_section strings_hi strings_lo hi_strings lo_strings
brass 0.95
    brass trumpet trumpets tpt tpts trp trpt trompete trompeten trompette trompeta tromba trompete_# horn horns
    trombone trombones tbn tbone posaune posaunen trombon trombon_# french_horn fhorn waldhorn hn tuba tubas
    cor_anglais_brass cuivres metales ottoni metais blaeser blaser blechblaeser blechblaser flugelhorn fluegelhorn
    cornet kornett
    euphonium sousaphone corno corni trompa trompas horn_section flicorno brass_section bugle
woodwind 0.95
    woodwind woodwinds winds sax saxophone saxophon saxofon sassofono saxofone saxo saxes alto_sax tenor_sax
    bari_sax baritone_sax soprano_sax asax tsax bsax altsax tenorsax flute flutes flt flote floete querfloete flauta
    flauto clarinet clarinets cl clarinette klarinette clarinete clarinetto bass_clarinet oboe oboes hautbois
    bassoon fagott fagot basson fagotto piccolo recorder blockfloete whistle tin_whistle english_horn holzblaeser
    holzblaser
    legni maderas madeiras bois harmonica harp_harmonica mundharmonika armonica gaita dizi bagpipe bagpipes
    pan_flute panpipes didgeridoo shakuhachi ney duduk
effects 0.93
    fx sfx efx effect effects effets efectos effetti efeitos effekte effekt riser risers uplifter downlifter sweep
    sweeps whoosh woosh impact impacts boom reverse_sweep reverse_cymbal rev_cymbal noise_sweep soundscape
    soundscapes atmo atmos atmosphere atmospheres foley vinyl crackle transition transitions
effects 0.8
    noise noises rauschen bruit ruido rumore glitch glitches scratch scratches turntable dj rain wind ocean applause
    crowd microcosm granular sample samples sampler spoken
effects 0.55
    build builds buildup build_up rise reverse rev drop echo delay reverb verb echos delays reverbs verbs dly rvb vrb
    throw throws slapback
other 0.8
    click clicktrack click_track metronome metronom count_in countin guide cue talkback tb_mic timecode smpte ltc
    reference ref_mix rough_mix mixdown master premaster instrumental instrumentals
other 0.95
    no_vocals no_vocal no_vox no_voice no_drums no_bass minus_vocals minus_drums minus_bass without_vocals
    backing_track backing_tracks
other 0.6
    other others rest residual remainder accompaniment music karaoke playback
organ 0.5
    leslie
synth_lead 0.65
    melody mel melodie melodia hook theme motif
"""

_MIC_WORDS = """
    alt amp audio beta52 bot bott bottom btm c414 cab close coles comp cons copy d112 d6 di dt dup edit far fast
    final hi high in inside km84 l left lft lo low lower m160 m81 main md421 mic mics mono new old out outside r
    r121 r84 raw re20 rgt right royer slow sm57 sm58 sm7 st stem stereo take top track trk u47 u47fet u67 u87
    under up upper wav
"""
MIC_WORDS: frozenset[str] = frozenset(_MIC_WORDS.split())
"""Words about microphones, sides and takes: no instrument hides behind them."""

_DOUBLE_WORDS = "dbl doble doppel doub double doubled doubles dub dubl"
DOUBLE_WORDS: frozenset[str] = frozenset(_DOUBLE_WORDS.split())
"""Words that make a vocal a supporting one."""


_RETURN_WORDS = "verb verbs reverb reverbs rvb vrb delay delays dly echo echos throw throws slapback"
RETURN_WORDS: frozenset[str] = frozenset(_RETURN_WORDS.split())
"""Words that make a track an effect's return when they stand last."""


def _words() -> dict[tuple[str, ...], tuple[str, float]]:
    words: dict[tuple[str, ...], tuple[str, float]] = {}
    meaning = ("other", 0.0)
    for line in _TABLE.strip().splitlines():
        if not line.startswith(" "):
            instrument, weight = line.split()
            meaning = (instrument, float(weight))
            continue
        for phrase in line.split():
            words.setdefault(tuple(phrase.split("_")), meaning)
    return words


WORDS = _words()
"""Phrases (tuples of words) with their instrument and weight."""
