"""Tables of what several units and people do on one case, and the right that was infringed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_packs'),
        ('org', '0003_packs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Accountability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('late', models.BooleanField(default=False)),
                ('fault_code', models.CharField(blank=True, max_length=40)),
                ('grounds', models.TextField()),
                ('evidence', models.JSONField(default=list)),
                ('loss', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('share', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('fixed', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('study_days', models.PositiveSmallIntegerField(default=0)),
                ('decided_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('sort', models.CharField(choices=[('responsibility', 'Responsibility'), ('review', 'Review')], max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('grounds', models.TextField()),
                ('evidence', models.JSONField(default=list)),
                ('late', models.BooleanField(default=False)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('notice', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(max_length=20)),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('held_at', models.DateTimeField()),
                ('people', models.CharField(max_length=300)),
                ('agreed', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OutsideBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('what', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('paused', models.CharField(blank=True, max_length=40)),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('part', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=60)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('id_no', models.CharField(blank=True, max_length=30)),
                ('relation', models.CharField(blank=True, max_length=60)),
                ('proof', models.PositiveSmallIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UnitTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField()),
                ('meeting', models.PositiveSmallIntegerField(null=True)),
                ('asked', models.TextField()),
                ('due', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('reply', models.TextField(blank=True)),
                ('released_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['no'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='case',
            name='right',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='accountability',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sanctions', to='cases.case'),
        ),
        migrations.AddField(
            model_name='accountability',
            name='decided_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountability',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountability',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appeal',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appeals', to='cases.case'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='deadline',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='appeal', to='cases.deadline'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='link',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='link',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_on', to='cases.case'),
        ),
        migrations.AddField(
            model_name='link',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_back', to='cases.case'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meeting',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meetings', to='cases.case'),
        ),
        migrations.AddField(
            model_name='outsidebody',
            name='answered_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outsidebody',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outsidebody',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outside_bodies', to='cases.case'),
        ),
        migrations.AddField(
            model_name='party',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='party',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='cases.case'),
        ),
        migrations.AddField(
            model_name='unittask',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='unittask',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='cases.case'),
        ),
        migrations.AddField(
            model_name='unittask',
            name='deadline',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='task', to='cases.deadline'),
        ),
        migrations.AddField(
            model_name='unittask',
            name='done_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='unittask',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='unittask',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='org.unit'),
        ),
        migrations.AddConstraint(
            model_name='accountability',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='accountability_numbered_in_order'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='appeal_numbered_in_order'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('case', 'other'), name='one_link_of_two_cases'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('case__lt', models.F('other'))), name='linked_from_the_older_case'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='meeting_numbered_in_order'),
        ),
        migrations.AddConstraint(
            model_name='outsidebody',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='outsidebody_numbered_in_order'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='party_numbered_in_order'),
        ),
        migrations.AddConstraint(
            model_name='unittask',
            constraint=models.UniqueConstraint(fields=('case', 'no'), name='unittask_numbered_in_order'),
        ),
    ]
