"""Where inductions are held and theory is asked."""

from django.urls import path

from training.views import bank, matrix, theory
from training.views import inductions as induct

app_name = "training"
urlpatterns = [
    path("inductions/", induct.induction_list, name="induction_list"),
    path("inductions/new/", induct.induction_create, name="induction_create"),
    path("inductions/<uuid:public_id>/", induct.induction_detail, name="induction_detail"),
    path("inductions/<uuid:public_id>/change/", induct.induction_change, name="induction_change"),
    path("inductions/<uuid:public_id>/cancel/", induct.induction_cancel, name="induction_cancel"),
    path("inductions/<uuid:public_id>/sign-up/", induct.sign_up, name="sign_up"),
    path("inductions/<uuid:public_id>/sign-up-other/", induct.sign_up_other, name="sign_up_other"),
    path("inductions/<uuid:public_id>/attendance/", induct.attendance, name="attendance"),
    path("inductions/places/<uuid:public_id>/withdraw/", induct.withdraw, name="withdraw"),
    path("training/", matrix.matrix_page, name="matrix"),
    path("training/file/", matrix.matrix_file, name="matrix_file"),
    path("theory/", theory.theory_list, name="theory_list"),
    path("theory/sittings/<uuid:public_id>/", theory.theory_attempt, name="theory_attempt"),
    path("theory/questions/<int:pk>/replace/", bank.question_replace, name="question_replace"),
    path("theory/questions/<int:pk>/retire/", bank.question_retire, name="question_retire"),
    path("theory/<slug:slug>/", theory.theory_test, name="theory_test"),
    path("theory/<slug:slug>/begin/", theory.theory_begin, name="theory_begin"),
    path("theory/<slug:slug>/bank/", bank.bank, name="theory_bank"),
    path("theory/<slug:slug>/preview/", bank.preview, name="theory_preview"),
    path("theory/<slug:slug>/setting/", bank.setting, name="theory_setting"),
    path("theory/<slug:slug>/publish/", bank.publish, name="theory_publish"),
    path("theory/<slug:slug>/questions/", bank.question_create, name="question_create"),
    path("theory/<slug:slug>/paste/", bank.paste, name="theory_paste"),
    path("theory/<slug:slug>/paper/", bank.paper, name="theory_paper"),
]
